// The same games (chaos.test.ts) in which mail is sent as well, by submission servers that refuse, fall silent and are cut off.
import { playGames } from '../support/chaos/games.js';

playGames([5, 6, 15, 14, 16, 29]);
