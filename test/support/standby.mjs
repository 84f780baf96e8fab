// For `--import`: loads what the gateway will need, then waits until it is told to go. A restart takes half the time.
import { once } from 'node:events';

const go = once(process, 'message');
await Promise.all(['gateway.js', 'main.js'].map((file) => import(`../../dist/${file}`)));
await go;
