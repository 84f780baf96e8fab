// The same games (chaos.test.ts) where one of the accounts is a label store, cannot MOVE, or tells no COPYUID.
import { playGames } from '../support/chaos/games.js';

playGames([3, 8, 123, 13, 18, 24]);
