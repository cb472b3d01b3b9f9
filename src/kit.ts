/**
 * A chain with parts of one's own: `hardhat-hyperchain/kit`. Each port is a type of the package's, which its own part implements
 * too; what a port does wrong is found where that part's fault would be (docs/kit.md).
 */
export { engineAround } from "./kit/engine-around.ts";
export { startNode } from "./kit/start-node.ts";
export type { KitNode, NodePlan, NodePorts } from "./kit/start-node.ts";
export type { ExecutionEngine } from "./chain/execution/engine.ts";
export type { GasPrice } from "./chain/mempool/gas-price.ts";
export type { TransactionOrder } from "./chain/mempool/mempool.ts";
export type { OwnAvailability } from "./devnet/chains/ports.ts";
export { NOTHING_BOUND, PUBLISHED, WITHHELD } from "./protocol/data-choice.ts";
export type { DataChoice } from "./protocol/data-choice.ts";
export { allOf, anyOf, CALLDATA } from "./settlement/data-policy.ts";
export type { DataPolicy } from "./settlement/data-policy.ts";
export type { JobOffer, JobQueue, OpenOffer, ProverPort, Running, WorkOptions } from "./proving/queue.ts";
