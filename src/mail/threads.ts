// THREAD's algorithms (RFC 5256 §3) over numbers alone: messages are 0 … count - 1 in mailbox order, ids and subjects are
// interned. Each is a generator that yields now and then, so that others get their turn.
import { sortedPositions } from './sort-order.js';

export type ThreadAlgorithm = 'references' | 'orderedsubject' | 'refs';

export interface ThreadMessages {
  readonly count: number;
  /** Interned Message-ID; 0: none. */
  readonly ownIds: Uint32Array;
  /** Interned references of message i: from referenceStarts[i] to referenceStarts[i + 1]. */
  readonly references: Uint32Array;
  readonly referenceStarts: Uint32Array;
  /** Ids are below this. */
  readonly idCount: number;
  /** The sent date (RFC 5256 §2.2), Unix time in seconds. */
  readonly sent: ArrayLike<number>;
  /** Interned base subject; 0: empty. */
  readonly subjects: Uint32Array;
  readonly subjectCount: number;
  readonly isReply: ArrayLike<number>;
}

/** Nodes below `count` are messages, others dummies (only as roots). Lists are linked by index, and end with -1. */
export interface ThreadForest {
  readonly count: number;
  readonly firstRoot: number;
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
}

type Steps<T> = Generator<undefined, T>;

export function* threadsOf(algorithm: ThreadAlgorithm, messages: ThreadMessages): Steps<ThreadForest> {
  const order = yield* sortedPositions(messages.count, [{ values: messages.sent, reverse: false }]);
  if (algorithm === 'orderedsubject') return forestOf(bySubject(messages, order), order);
  const parents = pruned(yield* linked(messages), messages.count);
  yield;
  // By the sent date, as Dovecot does, which is where clients have met this algorithm.
  if (algorithm === 'refs') return latestLast(forestOf(parents, order), parents, order);
  return forestOf(mergedBySubject(messages, parents, order), order);
}

/** The parent of each node; -1: none. */
type Parents = Int32Array;

/** Step (1): parents by Message-ID and References; nodes from `count` on are dummies, for ids no message has. */
function* linked(messages: ThreadMessages): Steps<Parents> {
  const { count, ownIds, references, referenceStarts, idCount } = messages;
  const nodeOf = new Int32Array(idCount).fill(-1);
  for (let i = 0; i < count; i++) {
    const id = ownIds[i] ?? 0;
    // Of messages with the same id the first has it, the others have one of their own.
    if (id > 0 && nodeOf[id] === -1) nodeOf[id] = i;
  }
  const links = new Links(count + idCount);
  let dummies = count;
  for (let i = 0; i < count; i++) {
    let previous = -1;
    for (let at = referenceStarts[i] ?? 0; at < (referenceStarts[i + 1] ?? 0); at++) {
      const id = references[at] ?? 0;
      if (nodeOf[id] === -1) nodeOf[id] = dummies++;
      const node = nodeOf[id] ?? 0;
      if (previous >= 0 && links.parents[node] === -1) links.link(previous, node);
      previous = node;
    }
    links.unlink(i);
    if (previous >= 0) links.link(previous, i);
    if (links.isTimeToRest()) yield;
  }
  return links.parents.subarray(0, dummies);
}

const STEPS_A_TURN = 200_000;

class Links {
  readonly parents: Int32Array;
  readonly #children: Uint32Array;
  #steps = 0;

  constructor(size: number) {
    this.parents = new Int32Array(size).fill(-1);
    this.#children = new Uint32Array(size);
  }

  unlink(child: number): void {
    const parent = this.parents[child] ?? -1;
    if (parent >= 0) this.#children[parent] = (this.#children[parent] ?? 0) - 1;
    this.parents[child] = -1;
  }

  /** Unless that would make a loop. */
  link(parent: number, child: number): void {
    if (this.#isAncestor(child, parent)) return;
    this.parents[child] = parent;
    this.#children[parent] = (this.#children[parent] ?? 0) + 1;
  }

  #isAncestor(node: number, of: number): boolean {
    if (node === of) return true;
    if (this.#children[node] === 0) return false;
    for (let at = this.parents[of] ?? -1; at >= 0; at = this.parents[at] ?? -1) {
      this.#steps++;
      if (at === node) return true;
    }
    return false;
  }

  isTimeToRest(): boolean {
    if (this.#steps++ < STEPS_A_TURN) return false;
    this.#steps = 0;
    return true;
  }
}

/** Step (3): dummies go, their children move up; one stays as a root that has several children. */
function pruned(parents: Parents, count: number): Parents {
  // For each dummy what its children end up under: a message, or the dummy at the top of the thread.
  const anchors = new Int32Array(parents.length).fill(-2);
  const anchorOf = (dummy: number): number => {
    const path: number[] = [];
    let at = dummy;
    while (anchors[at] === -2 && at >= count && (parents[at] ?? -1) >= 0) {
      path.push(at);
      at = parents[at] ?? -1;
    }
    const anchor = anchors[at] !== -2 ? (anchors[at] ?? at) : at;
    for (const node of path) anchors[node] = anchor;
    return anchor;
  };
  const kept = parents.slice();
  const children = new Uint32Array(parents.length);
  for (let i = 0; i < count; i++) {
    const parent = parents[i] ?? -1;
    kept[i] = parent >= count ? anchorOf(parent) : parent;
    if ((kept[i] ?? -1) >= count) children[kept[i] ?? 0] = (children[kept[i] ?? 0] ?? 0) + 1;
  }
  for (let i = 0; i < count; i++) {
    const parent = kept[i] ?? -1;
    if (parent >= count && children[parent] === 1) kept[i] = -1;
  }
  kept.fill(-1, count);
  return kept;
}

/** Step (5): threads of the same subject become one. */
function mergedBySubject(messages: ThreadMessages, given: Parents, order: Uint32Array): Parents {
  const { count, subjects, subjectCount, isReply } = messages;
  const roots = rootsOf(given, count, order);
  const parents = new Int32Array(given.length + roots.nodes.length).fill(-1);
  parents.set(given);
  let dummies = given.length;
  const isDummy = (node: number) => node >= count;
  const answers = (node: number) => !isDummy(node) && (isReply[node] ?? 0) > 0;
  const subjectOf = (node: number) => subjects[isDummy(node) ? (roots.firstChild.get(node) ?? 0) : node] ?? 0;
  const table = new Int32Array(subjectCount).fill(-1);
  for (const node of roots.nodes) {
    const subject = subjectOf(node);
    if (subject === 0) continue;
    const known = table[subject] ?? -1;
    if (known < 0 || (!isDummy(known) && (isDummy(node) || (answers(known) && !answers(node))))) table[subject] = node;
  }
  const movedTo = new Map<number, number>();
  for (const node of roots.nodes) {
    const subject = subjectOf(node);
    const known = table[subject] ?? -1;
    if (subject === 0 || known === node) continue;
    if (isDummy(known) && isDummy(node)) movedTo.set(node, known);
    else if (isDummy(known) || (answers(node) && !answers(known))) parents[node] = known;
    else {
      parents[node] = dummies;
      parents[known] = dummies;
      table[subject] = dummies++;
    }
  }
  for (let i = 0; i < count; i++) parents[i] = movedTo.get(parents[i] ?? -1) ?? parents[i] ?? -1;
  return parents.subarray(0, dummies);
}

/** Roots by date, a dummy by that of its first child; and those first children. */
function rootsOf(parents: Parents, count: number, order: Uint32Array) {
  const nodes: number[] = [];
  const firstChild = new Map<number, number>();
  for (const i of order) {
    const parent = parents[i] ?? -1;
    if (parent < 0) nodes.push(i);
    else if (parent >= count && !firstChild.has(parent)) {
      firstChild.set(parent, i);
      nodes.push(parent);
    }
  }
  return { nodes, firstChild };
}

/** ORDEREDSUBJECT: all of a subject are children of its first. */
function bySubject({ count, subjects, subjectCount }: ThreadMessages, order: Uint32Array): Parents {
  const parents = new Int32Array(count).fill(-1);
  const firstOf = new Int32Array(subjectCount).fill(-1);
  for (const i of order) {
    const subject = subjects[i] ?? 0;
    const first = firstOf[subject] ?? -1;
    if (first < 0) firstOf[subject] = i;
    else parents[i] = first;
  }
  return parents;
}

/** Step (6): siblings in the order in which the messages come, dummies where their first child does. */
function forestOf(parents: Parents, order: Uint32Array): ThreadForest {
  const count = order.length;
  const firstChild = new Int32Array(parents.length).fill(-1);
  const nextSibling = new Int32Array(parents.length).fill(-1);
  let firstRoot = -1;
  const put = (node: number, parent: number) => {
    const head = parent < 0 ? firstRoot : (firstChild[parent] ?? -1);
    nextSibling[node] = head;
    if (parent < 0) firstRoot = node;
    else firstChild[parent] = node;
  };
  // From the last to the first: each is put in front of those that follow it, a dummy as its first child comes up.
  const left = new Uint32Array(parents.length);
  for (const i of order) if ((parents[i] ?? -1) >= count) left[parents[i] ?? 0] = (left[parents[i] ?? 0] ?? 0) + 1;
  for (let at = count - 1; at >= 0; at--) {
    const node = order[at] ?? 0;
    const parent = parents[node] ?? -1;
    put(node, parent);
    if (parent < count) continue;
    left[parent] = (left[parent] ?? 0) - 1;
    if (left[parent] === 0) put(parent, -1);
  }
  return { count, firstRoot, firstChild, nextSibling };
}

/** REFS: threads by the latest message in them. */
function latestLast(forest: ThreadForest, parents: Parents, order: Uint32Array): ThreadForest {
  const { nextSibling } = forest;
  const roots = new Int32Array(parents.length).fill(-1);
  const rootOf = (given: number): number => {
    const path: number[] = [];
    let at = given;
    while ((roots[at] ?? -1) < 0 && (parents[at] ?? -1) >= 0) {
      path.push(at);
      at = parents[at] ?? -1;
    }
    const root = (roots[at] ?? -1) >= 0 ? (roots[at] ?? at) : at;
    for (const node of path) roots[node] = root;
    return root;
  };
  let firstRoot = -1;
  const isPlaced = new Uint8Array(parents.length);
  for (let at = order.length - 1; at >= 0; at--) {
    const root = rootOf(order[at] ?? 0);
    if (isPlaced[root]) continue;
    isPlaced[root] = 1;
    nextSibling[root] = firstRoot;
    firstRoot = root;
  }
  return { ...forest, firstRoot };
}
