import type { HookContext } from "hardhat/types/hooks";
import { callsOf, userCalls, type AskRemote, type CallFrame } from "../../../ecosystem/client/sending/remote-failure.ts";
import type { Eip1193Provider } from "../../../chain/node/serving/eip1193.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { projectContracts, type ProjectContract } from "../project-contracts.ts";

/** A chain whose deliveries are measured. */
interface MeasuredChain {
  readonly provider: Eip1193Provider;
}

/** Method that moves messages, the only one that delivers in tests. */
const RELAYING = "hyperchain_relay";

/**
 * The ecosystem's answers, with what deliveries and callbacks run in the project's contracts told to Hardhat's gas report: the
 * engine reports what a transaction calls directly, and a delivery calls the protocol. Without such a report, `l1` itself.
 */
export async function withGasOfDeliveries(
  l1: Eip1193Provider,
  running: () => readonly MeasuredChain[],
  context: HookContext,
): Promise<Eip1193Provider> {
  if (!(await context.hooks.hasHandlers("network", "onGasMeasurement"))) return l1;
  const compiled = projectContracts(context.artifacts);
  return {
    request: async (rpcCall) => {
      if (rpcCall.method !== RELAYING) return l1.request(rpcCall);
      const chains = running();
      const heads = await Promise.all(chains.map(headOf));
      const answer = await l1.request(rpcCall);
      const contracts = await compiled();
      for (const [place, { provider }] of chains.entries()) {
        const ask: AskRemote = (method, params) => provider.request({ method, params });
        for (const transactionHash of await deliveriesAfter(heads[place] ?? 0, ask)) {
          for (const call of userCalls(await callsOf(ask, transactionHash))) await report(call, ask, contracts, context);
        }
      }
      return answer;
    },
    on: (event, listener) => l1.on(event, listener),
    removeListener: (event, listener) => l1.removeListener(event, listener),
  };
}

async function headOf({ provider }: MeasuredChain): Promise<number> {
  return Number(await provider.request({ method: "eth_blockNumber" }));
}

/** Transactions in which the handler ran calls of a bundle, or told its sender. */
async function deliveriesAfter(block: number, ask: AskRemote): Promise<ReadonlySet<Hex>> {
  const filter = { address: PREDEPLOYS.InteropHandler, fromBlock: hexQuantity(block + 1), toBlock: "latest" };
  const head = Number(await ask("eth_blockNumber", []));
  if (head <= block) return new Set();
  const logs = (await ask("eth_getLogs", [filter])) as readonly { readonly transactionHash: Hex }[];
  return new Set(logs.map(({ transactionHash }) => transactionHash));
}

async function report(
  call: CallFrame,
  ask: AskRemote,
  contracts: readonly ProjectContract[],
  context: HookContext,
): Promise<void> {
  const code = (await ask("eth_getCode", [call.to, "latest"])) as string;
  const contract = contracts.find((candidate) => candidate.isCodeOf(code));
  const functionSig = contract?.functionOf(call.input);
  if (contract === undefined || functionSig === undefined) return;
  await context.hooks.runParallelHandlers("network", "onGasMeasurement", [
    { type: "function", contractFqn: contract.fullName, functionSig, gas: Number(call.gasUsed), proxyChain: [] },
  ]);
}
