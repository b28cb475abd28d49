import { killedAgainAndAgain } from './killed.js';

/** Kills an analysis with checkpoints a hundred times (or as often as is said) at random moments: `npm run test:kill`. */
const [kills = '100', seed = '1'] = process.argv.slice(2);
const found = await killedAgainAndAgain(Number(kills), Number(seed));
process.stdout.write(
  `${found.kills} kills: the run is that of a pass never killed; ${found.repeated} times an earlier checkpoint\n`,
);
process.exitCode = found.repeated > 0 ? 1 : 0;
