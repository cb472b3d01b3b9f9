import type { Lanes } from "./lanes.ts";

/** Pictures of lanes; time runs down. */
export const LANE_PICTURES: readonly Lanes[] = [
  {
    name: "from-transaction-to-l1",
    title: "From a transaction to L1",
    description:
      "An account sends a transaction, which a block confirms within milliseconds. Blocks become a batch. L1 gets its data by the commit, checks its proof, and executes it: then its messages and withdrawals count.",
    lanes: ["account", "chain", "L1"],
    events: [
      { from: "account", to: "chain", text: "transaction" },
      { at: "chain", text: "block: confirmed, as the sequencer promises" },
      { at: "chain", text: "batch: a run of blocks" },
      { from: "chain", to: "L1", text: "commit: L1 has the data" },
      { from: "chain", to: "L1", text: "prove: L1 checks the proof", tone: "strong" },
      { from: "chain", to: "L1", text: "execute, after the chain's delay" },
      { at: "L1", text: "final: messages and withdrawals count", tone: "strong" },
    ],
  },
  {
    name: "seven-steps",
    title: "A message between chains in seven steps",
    description:
      "A message starts on alpha. Alpha's batch is executed on L1, its messages join the transaction root, and beta imports the root. A relayer delivers the message with its path. Beta checks the path and executes the call. When beta's batch reaches L1, L1 checks the imported root.",
    lanes: ["alpha", "L1", "relayer", "beta"],
    events: [
      { at: "alpha", text: "1 initiated: assets are burnt or locked" },
      { from: "alpha", to: "L1", text: "2 batch committed, proven, executed", tone: "strong" },
      { at: "L1", text: "3 message in the Transaction Root" },
      { from: "L1", to: "beta", text: "4 root imported" },
      { from: "relayer", to: "beta", text: "5 message and path" },
      { at: "beta", text: "6 path checked, assets minted, call executed", tone: "strong" },
      { from: "beta", to: "L1", text: "7 batch: L1 compares the imported root with its registry", tone: "strong" },
    ],
  },
  {
    name: "call-answer-refund",
    title: "A call, its answer, its refund",
    description:
      "A contract on alpha calls a contract on beta. If the call succeeds, its results return as an answer. If it fails or expires, its reason returns, and the account refundTo gets value and tokens back.",
    lanes: ["caller on alpha", "interop on beta", "callee on beta"],
    events: [
      { from: "caller on alpha", to: "interop on beta", text: "message: call, value, answerGas", tone: "strong" },
      { from: "interop on beta", to: "callee on beta", text: "call with its value" },
      { from: "callee on beta", to: "interop on beta", text: "results" },
      { from: "interop on beta", to: "caller on alpha", text: "answer: a second message", tone: "strong" },
      { at: "caller on alpha", text: "_onAnswer(results)" },
      { then: "if the call reverts or expires" },
      { from: "callee on beta", to: "interop on beta", text: "reason", tone: "fail" },
      { from: "interop on beta", to: "caller on alpha", text: "failure, value and tokens", tone: "fail" },
      { at: "caller on alpha", text: "_onFailure(reason); refundTo is paid", tone: "fail" },
    ],
  },
  {
    name: "flow",
    title: "Legs on several chains, all or none",
    description:
      "Two parties fund their legs on alpha and beta. L1 executes both batches, so that the pivot on gamma can check both. If the pivot runs before the deadline, all legs are paid. Otherwise each leg is refunded.",
    lanes: ["alpha: leg", "beta: leg", "L1", "gamma: pivot"],
    events: [
      [
        { at: "alpha: leg", text: "coins in escrow" },
        { at: "beta: leg", text: "tokens in escrow" },
        { at: "gamma: pivot", text: "coins in escrow" },
      ],
      { from: "alpha: leg", to: "L1", text: "batch executed", tone: "strong" },
      { from: "beta: leg", to: "L1", text: "batch executed", tone: "strong" },
      { from: "L1", to: "gamma: pivot", text: "both legs are funded", tone: "strong" },
      { at: "gamma: pivot", text: "pivot runs: all happens", tone: "strong" },
      { from: "gamma: pivot", to: "L1", text: "batch executed", tone: "strong" },
      { from: "L1", to: "alpha: leg", text: "paid to the recipient" },
      { from: "L1", to: "beta: leg", text: "paid to the recipient" },
      { then: "if the deadline passes first" },
      [
        { at: "alpha: leg", text: "refunded", tone: "fail" },
        { at: "beta: leg", text: "refunded", tone: "fail" },
        { at: "gamma: pivot", text: "refunded: the pivot cannot run", tone: "fail" },
      ],
    ],
  },
  {
    name: "snapshot",
    title: "A snapshot covers the whole ecosystem",
    description:
      "A snapshot is taken while a message is in flight. The test moves on: beta receives the message, and L1 executes batches. A revert on any member restores every member, with the message in flight again.",
    lanes: ["L1", "alpha", "beta"],
    events: [
      { from: "alpha", to: "beta", text: "message in flight", tone: "strong" },
      { then: "snapshot, on any member" },
      [
        { at: "L1", text: "executes batches" },
        { at: "alpha", text: "new blocks" },
        { at: "beta", text: "receives the message" },
      ],
      { then: "revert, on any member" },
      [
        { at: "L1", text: "as before", tone: "strong" },
        { at: "alpha", text: "as before", tone: "strong" },
        { at: "beta", text: "as before", tone: "strong" },
      ],
      { from: "alpha", to: "beta", text: "message in flight again", tone: "strong" },
    ],
  },
];
