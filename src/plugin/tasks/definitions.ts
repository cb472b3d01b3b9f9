import type { TaskDefinition } from "hardhat/types/tasks";
import { actingTasks } from "./arguments/acting.ts";
import { followingTasks } from "./arguments/following.ts";
import { fromL1Tasks } from "./arguments/from-l1.ts";
import { governingTasks } from "./arguments/governing.ts";
import { relayingTasks } from "./arguments/relaying.ts";
import { runningTasks } from "./arguments/running.ts";
import { sessionTasks } from "./arguments/session.ts";

/** Each with what carries it out, which is loaded when it is called. */
export const taskDefinitions: TaskDefinition[] = [
  runningTasks.spawn.setAction(() => import("./running/spawn.ts")).build(),
  runningTasks.node.setAction(() => import("./running/node.ts")).build(),
  runningTasks.solidityTests.setAction(() => import("./running/solidity-tests.ts")).build(),
  runningTasks.stop.setAction(() => import("./running/stop.ts")).build(),
  runningTasks.dump.setAction(() => import("./running/dump.ts")).build(),
  runningTasks.create.setAction(() => import("./running/create.ts")).build(),
  runningTasks.start.setAction(() => import("./running/start.ts")).build(),
  runningTasks.remove.setAction(() => import("./running/remove.ts")).build(),
  runningTasks.lists.setAction(() => import("./running/lists.ts")).build(),
  sessionTasks.session.setAction(() => import("./session/open-session.ts")).build(),
  runningTasks.status.setAction(() => import("./running/status.ts")).build(),
  followingTasks.logs.setAction(() => import("./following/logs.ts")).build(),
  followingTasks.trace.setAction(() => import("./following/trace.ts")).build(),
  runningTasks.open.setAction(() => import("./running/open.ts")).build(),
  runningTasks.bridges.setAction(() => import("./running/bridges.ts")).build(),
  runningTasks.import.setAction(() => import("./running/import.ts")).build(),
  actingTasks.deposit.setAction(() => import("./acting/deposit.ts")).build(),
  actingTasks.withdraw.setAction(() => import("./acting/withdraw.ts")).build(),
  actingTasks.claim.setAction(() => import("./acting/claim.ts")).build(),
  actingTasks.send.setAction(() => import("./acting/send.ts")).build(),
  actingTasks.announce.setAction(() => import("./acting/announce.ts")).build(),
  actingTasks.call.setAction(() => import("./acting/call.ts")).build(),
  actingTasks.sendEncrypted.setAction(() => import("./acting/send-encrypted.ts")).build(),
  actingTasks.callTogether.setAction(() => import("./acting/call-together.ts")).build(),
  actingTasks.bring.setAction(() => import("./acting/bring.ts")).build(),
  actingTasks.l1Slot.setAction(() => import("./acting/l1-slot.ts")).build(),
  actingTasks.swap.setAction(() => import("./acting/swap.ts")).build(),
  runningTasks.settle.setAction(() => import("./running/settle.ts")).build(),
  runningTasks.nodes.setAction(() => import("./running/nodes.ts")).build(),
  runningTasks.cutSlot.setAction(() => import("./running/cut-slot.ts")).build(),
  runningTasks.reseal.setAction(() => import("./running/reseal.ts")).build(),
  followingTasks.message.setAction(() => import("./following/message.ts")).build(),
  relayingTasks.deliver.setAction(() => import("./relaying/deliver.ts")).build(),
  runningTasks.prover.setAction(() => import("./running/prover.ts")).build(),
  relayingTasks.relay.setAction(() => import("./relaying/relay.ts")).build(),
  relayingTasks.hub.setAction(() => import("./relaying/hub.ts")).build(),
  relayingTasks.aggregate.setAction(() => import("./relaying/aggregate.ts")).build(),
  relayingTasks.watchStake.setAction(() => import("./relaying/watch-stake.ts")).build(),
  actingTasks.spend.setAction(() => import("./acting/spend.ts")).build(),
  actingTasks.wallet.setAction(() => import("./acting/wallet.ts")).build(),
  actingTasks.names.setAction(() => import("./acting/names.ts")).build(),
  actingTasks.heldAccount.setAction(() => import("./acting/held-account.ts")).build(),
  actingTasks.keys.setAction(() => import("./acting/keys.ts")).build(),
  fromL1Tasks.reconstruct.setAction(() => import("./from-l1/reconstruct.ts")).build(),
  fromL1Tasks.prove.setAction(() => import("./from-l1/prove.ts")).build(),
  fromL1Tasks.verify.setAction(() => import("./from-l1/verify.ts")).build(),
  fromL1Tasks.exit.setAction(() => import("./from-l1/exit.ts")).build(),
  fromL1Tasks.claimEscrow.setAction(() => import("./from-l1/claim-escrow.ts")).build(),
  governingTasks.upgrade.setAction(() => import("./governing/upgrade.ts")).build(),
  governingTasks.governance.setAction(() => import("./governing/governance.ts")).build(),
  governingTasks.terms.setAction(() => import("./governing/terms.ts")).build(),
  runningTasks.deploy.setAction(() => import("./running/deploy.ts")).build(),
];
