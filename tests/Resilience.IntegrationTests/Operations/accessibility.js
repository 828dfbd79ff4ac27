// What is wrong with a page for those who do not see it, or not well, or have no mouse; a list of sentences. The rules are those of
// WCAG 2.2 that a script can decide: 1.1.1, 1.3.1, 1.4.3, 1.4.10, 2.4.2, 2.4.3, 3.1.1, 4.1.2.
() => {
  const found = [];
  const root = document.documentElement;
  const name = node => node.nodeName.toLowerCase() + (node.id ? "#" + node.id : "") + " '" + (node.textContent || "").trim().slice(0, 40) + "'";
  if (!root.lang) found.push("no language");
  if (!document.title.trim()) found.push("no title");
  if (root.scrollWidth > innerWidth) found.push(`wider than the screen: ${root.scrollWidth} of ${innerWidth}`);

  const ids = [...document.querySelectorAll("[id]")].map(node => node.id);
  ids.filter((id, i) => ids.indexOf(id) !== i).forEach(id => found.push("id twice: " + id));
  for (const attribute of ["aria-labelledby", "aria-describedby"]) {
    document.querySelectorAll(`[${attribute}]`).forEach(node => node.getAttribute(attribute).split(/\s+/).forEach(id => {
      if (!document.getElementById(id)) found.push(`${name(node)}: ${attribute} names nothing: ${id}`);
    }));
  }

  let level = 0;
  document.querySelectorAll("main h1, main h2, main h3, main h4, header h1").forEach(heading => {
    const next = Number(heading.nodeName[1]);
    if (next > level + 1) found.push(`heading level skipped: ${name(heading)}`);
    level = next;
  });
  document.querySelectorAll("button, a[href]").forEach(node => {
    if (node.closest("dialog:not([open])")) return;
    if (!(node.textContent.trim() || node.getAttribute("aria-label"))) found.push("nameless: " + node.outerHTML.slice(0, 80));
  });
  document.querySelectorAll("svg").forEach(svg => {
    if (svg.getAttribute("aria-hidden") !== "true" && !(svg.getAttribute("role") === "img" && svg.getAttribute("aria-label"))) found.push("picture without words: " + svg.outerHTML.slice(0, 80));
  });
  document.querySelectorAll("table").forEach(table => {
    if (!table.caption) found.push("table without a caption: " + name(table));
    table.querySelectorAll("th").forEach(head => { if (!head.scope) found.push("th without scope: " + name(head)); });
  });

  const parse = text => { const [r, g, b, a] = text.match(/[\d.]+/g).map(Number); return { r, g, b, a: a === undefined ? 1 : a }; };
  const light = ({ r, g, b }) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = node => { for (; node; node = node.parentElement) { const colour = parse(getComputedStyle(node).backgroundColor); if (colour.a > 0) return colour; } return { r: 255, g: 255, b: 255, a: 1 }; };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const parent = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || parent.closest("script, style, noscript, dialog:not([open]), .skip") || !parent.getClientRects().length) continue;
    const style = getComputedStyle(parent), size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const [a, b] = [light(parse(style.color)), light(ground(parent))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) found.push(`contrast ${ratio.toFixed(2)}: ${name(parent)}`);
  }

  document.querySelectorAll("[tabindex]").forEach(node => { if (node.tabIndex > 0) found.push("focus out of order: " + name(node)); });
  document.querySelectorAll("button").forEach(node => {
    const box = node.getBoundingClientRect();
    if (box.height > 0 && box.height < 24) found.push("too small to hit: " + name(node));
  });
  return found;
}
