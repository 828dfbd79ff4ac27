// Each test starts real servers; two at a time is what two cores bear without slowing every measurement.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
