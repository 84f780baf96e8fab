// Clients, other clients, providers, lines, the disk and crashes, all at random, upon two accounts. Whatever the story: no
// message is lost, none is there more often than the story explains, uids keep their meaning, and what was answered OK arrives.
//
// `SEED=1000 RUNS=500 STEPS=45` plays longer, `EVERY=10` one kind of game alone (support/chaos/kinds.ts); `SHRINK=1` leaves out of
// a game that fails what it does not need.
import { playGames } from '../support/chaos/games.js';

/** These showed the breaks that CONTRIBUTING.md names. */
playGames([1, 2, 12, 17, 30, 41, 62, 77]);
