import mocha from 'mocha';

/** As `spec`; at the end the files of tests that took longest, since a slow one holds up all. */
export default class SlowestFiles extends mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const took = new Map();
    const add = ({ file, duration }) => took.set(file, (took.get(file) ?? 0) + (duration ?? 0));
    // Of `before` too: servers start there. A file's own imports are not counted.
    runner.on('test end', add);
    runner.on('hook end', add);
    runner.once('end', () => {
      const slowest = [...took].sort(([, one], [, other]) => other - one).slice(0, 10);
      console.log('  slowest files:');
      for (const [file, ms] of slowest) {
        console.log(`    ${(ms / 1000).toFixed(0).padStart(4)} s  ${file.replace(`${process.cwd()}/`, '')}`);
      }
    });
  }
}
