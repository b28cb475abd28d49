/** Rounds of looking before a thread goes to sleep; about as long as waking it takes. */
const SPINS: i32 = 20000;

/** Returns once all threads have come here: the first word counts arrivals, the second rounds. */
export function meet(barrier: usize, threads: i32): void {
  const round = atomic.load<i32>(barrier + 4);
  if (atomic.add<i32>(barrier, 1) === threads - 1) {
    atomic.store<i32>(barrier, 0);
    atomic.store<i32>(barrier + 4, round + 1);
    atomic.notify(barrier + 4, threads);
    return;
  }
  for (let spin = 0; spin < SPINS; spin++) if (atomic.load<i32>(barrier + 4) !== round) return;
  while (atomic.load<i32>(barrier + 4) === round) atomic.wait<i32>(barrier + 4, round, -1);
}
