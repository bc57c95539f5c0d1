import type { Reporter, TestModule } from 'vitest/node';

/** Closes a run with how many tests ran on which backend and how long, and with one plain line that a script can read. */
export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const perProject = new Map<string, { passed: number; failed: number; skipped: number; seconds: number }>();
    for (const module of modules) {
      const name = module.project.name;
      const count = perProject.get(name) ?? { passed: 0, failed: 0, skipped: 0, seconds: 0 };
      perProject.set(name, count);
      const { duration, collectDuration } = module.diagnostic();
      count.seconds += (duration + collectDuration) / 1000;
      const failedBefore = count.failed;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== 'pending') count[state] += 1;
      }
      // A file that could not be loaded, or whose set-up failed, has no failed test of its own.
      if (module.state() === 'failed' && count.failed === failedBefore) count.failed += 1;
    }
    const line = (c: { passed: number; failed: number; skipped: number }): string =>
      `${String(c.passed)} passed, ${String(c.failed)} failed${c.skipped > 0 ? `, ${String(c.skipped)} skipped` : ''}`;
    const total = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    console.log('');
    for (const [name, count] of [...perProject].sort()) {
      console.log(`  on ${name.padEnd(24)} ${line(count)}, ${count.seconds.toFixed(0)} s`);
      total.passed += count.passed;
      total.failed += count.failed;
      total.skipped += count.skipped;
    }
    console.log(line(total));
  }
}
