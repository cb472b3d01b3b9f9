import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { announced, type AnnouncedEcosystem } from "../../discovery/state-file.ts";
import { urlGiven } from "../../discovery/find-ecosystem.ts";
import { callJsonRpc, JsonRpcError } from "../../discovery/json-rpc.ts";
import { pausedChain } from "../../../../ecosystem/client/standing/chain-standing.ts";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { ChainInfo, EcosystemInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { pluginError } from "../../plugin-error.ts";
import { createOutput } from "../session/output.ts";
import { withEcosystem } from "../session/session.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

const LOOK_MS = 50;
/** A process that proves ends within half a second of the signal. */
const PATIENCE_MS = 10_000;
const ANSWER_MS = 1_000;

type StopArguments = ArgumentsOf<(typeof runningTasks)["stop"]>;

/** `hyperchain:stop`: pauses a chain, or ends the ecosystems that this project runs, or the one that a URL names. */
const action: NewTaskActionFunction<StopArguments> = (args, hre) =>
  args.chain === undefined ? endEcosystems(args, hre) : stopChain(args.chain, args, hre);

const stopChain = (chain: string, ...[args, hre]: Parameters<NewTaskActionFunction<StopArguments>>): Promise<void> =>
  withEcosystem(args, hre, "acts", async ({ info, output, request }) => {
    const stopped = (await request("hyperchain_stopChain", findChain(info, chain).chainId)) as ChainInfo;
    output.result(() => `${stopped.name} (${stopped.chainId}) is paused; ${pausedChain(stopped.name).help}`, stopped);
  });

/** Wherever they were started. */
const endEcosystems: NewTaskActionFunction<StopArguments> = async ({ url, json }, hre) => {
  const output = createOutput(json);
  const project = hre.config.paths.root;
  const running = announced(process.env);
  const given = urlGiven(url, process.env, hre.config.hyperchains.url);
  const meant = given === undefined ? running.filter((each) => each.project === project) : await withMember(running, given);
  if (meant.length === 0) {
    throw pluginError(
      given === undefined
        ? "this project runs no ecosystem; name one that runs elsewhere with --url"
        : `no process of yours has announced an ecosystem with the member ${given.url}; end it where it was started`,
    );
  }
  const lines: string[] = [];
  for (const { pid, url: at } of meant) {
    const what = await whatRuns(at);
    process.kill(pid, "SIGTERM");
    await untilSilent(pid, at);
    lines.push(`stopped ${what} (process ${pid})`);
  }
  output.result(
    () => lines.join("\n"),
    meant.map(({ pid, url: at, project: whose }) => ({ pid, url: at, project: whose })),
  );
};

/** Chains of the ecosystem with this member, and the URL of their L1, which may continue. */
async function whatRuns(url: string): Promise<string> {
  const answer = await callJsonRpc(url, "hyperchain_info", [], { timeoutMs: ANSWER_MS }).catch(() => undefined);
  if (answer === undefined) return `the ecosystem with the member ${url}`;
  const { l1, chains } = answer as EcosystemInfo;
  return [chains.map(({ name }) => name).join(", "), `${l1.name} at ${l1.url}`].filter((part) => part !== "").join(" on ");
}

/** The announced ecosystem with this member. Throws a plugin error where nothing answers there. */
async function withMember(
  running: readonly AnnouncedEcosystem[],
  { url, from }: { readonly url: string; readonly from: string },
): Promise<readonly AnnouncedEcosystem[]> {
  const info = (await callJsonRpc(url, "hyperchain_info", [], { timeoutMs: PATIENCE_MS }).catch((error: unknown) => {
    throw pluginError(
      `no ecosystem answers at ${url}, which ${from} names (${error instanceof Error ? error.message : String(error)})`,
      error,
    );
  })) as EcosystemInfo;
  const members = new Set([info.l1, ...info.chains].map((member) => member.url));
  return running.filter((each) => members.has(each.url));
}

async function untilSilent(pid: number, url: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (await answers(url)) {
    if (performance.now() > end)
      throw pluginError(
        `process ${pid} got the signal to end and still answers at ${url} after ${PATIENCE_MS / 1000} s; end it by hand`,
      );
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function answers(url: string): Promise<boolean> {
  return callJsonRpc(url, "eth_chainId", [], { timeoutMs: ANSWER_MS }).then(
    () => true,
    (error: unknown) => error instanceof JsonRpcError,
  );
}

export default action;
