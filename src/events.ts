/**
 * What a connection tells its `onEvent` listener. No event holds a password, a token or a literal of a statement.
 *
 * @module
 */

/** A connection is open. */
export interface ConnectEvent {
  /** Kind of event. */
  readonly type: "connect";
  /** The transport in use. */
  readonly transport: string;
  /** Where it leads, without user and password. */
  readonly url: string;
  /** Version text of the server. */
  readonly serverVersion: string;
}

/** A connection is gone. */
export interface DisconnectEvent {
  /** Kind of event. */
  readonly type: "disconnect";
  /** Where it led, without user and password. */
  readonly url: string;
  /** Why, in words. */
  readonly reason: string;
  /** Whether it was closed by this side. */
  readonly expected: boolean;
}

/** Something that works, but not as asked for, such as a transport that stands in for another. */
export interface WarningEvent {
  /** Kind of event. */
  readonly type: "warning";
  /** What, in words. */
  readonly message: string;
}

/** A consumer that had lost its connection is back in its group, and goes on from what was committed. */
export interface ReconnectEvent {
  /** Kind of event. */
  readonly type: "reconnect";
  /** Attempts it took. */
  readonly attempts: number;
}

/** A consumer has other vgroups than before. It is noticed with some seconds' delay. */
export interface RebalanceEvent {
  /** Kind of event. */
  readonly type: "rebalance";
  /** The topic. */
  readonly topic: string;
  /** Vgroups that it has now and had not before. */
  readonly gained: readonly number[];
  /** Vgroups that another consumer of the group has now. */
  readonly lost: readonly number[];
}

/** A consumer has committed an offset. */
export interface CommitEvent {
  /** Kind of event. */
  readonly type: "commit";
  /** The topic. */
  readonly topic: string;
  /** The vgroup. */
  readonly vgroupId: number;
  /** Where the group goes on from. */
  readonly offset: bigint;
  /** Whether it was an automatic commit. */
  readonly automatic: boolean;
}

/** What a connection or a consumer tells its `onEvent` listener, told apart by `type`. */
export type ClientEvent =
  | ConnectEvent
  | DisconnectEvent
  | WarningEvent
  | ReconnectEvent
  | RebalanceEvent
  | CommitEvent;
