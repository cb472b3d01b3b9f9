/** Words that the kernel keeps for itself: `get.x()` and `set.x(v)` in its sources. */
export const VARIABLES = [
  "nextFrame",
  "transactionNumber",
  "journalLength",
  "refund",
  "destroyedCount",
  "blockNumber",
  "timestamp",
  "coinbase",
  "transactionType",
  "transactionChainId",
  "nonce",
  "priorityFeeCap",
  "feeCap",
  "gasLimit",
  "isCreation",
  "target",
  "value",
  "isReplayProtected",
  "inputFrame",
  "inputLength",
  "accessEntries",
  "accessSlots",
  "authorizations",
  "origin",
  "senderId",
  "coinbaseId",
  "price",
  "floor",
  "gasLeft",
  "status",
  "mark",
  "callInput",
  "callOutput",
  "frame",
  "gasUsed",
  "nextBatch",
  "open",
  "blockHashes",
  "cheatCount",
  "signedFrom",
  "gasPerPubdata",
] as const;
export type Variable = (typeof VARIABLES)[number];

/** Words of the current frame: `frame.x()` and `setFrame.x(v)`. */
export const FRAME_FIELDS = [
  "parent",
  "address",
  "caller",
  "callValue",
  "input",
  "isStatic",
  "returned",
  "mark",
  "output",
  "isCreation",
  "headerId",
  "refund",
  "depth",
  "position",
  "memoryWords",
] as const;
export type FrameField = (typeof FRAME_FIELDS)[number];

/** Arrays by key id, and the journal's two by position: `load.x(i)` and `store.x(i, v)`. */
export const ARRAYS = [
  "current",
  "original",
  "warm",
  "transient",
  "transientAt",
  "createdAt",
  "destroyedAt",
  "journalKey",
  "journalOld",
  "code",
  "codeDigest",
] as const;
export type ArrayName = (typeof ARRAYS)[number];

export const variableIndex = (name: Variable): number => VARIABLES.indexOf(name);
export const fieldIndex = (name: FrameField): number => FRAME_FIELDS.indexOf(name);
