import type { NewTaskActionFunction } from "hardhat/types/tasks";
import type { ChainInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { namedAvailability } from "../../../../ecosystem/options/fields/data-policy.ts";
import { MAX_CHAIN_ID } from "../../../../ecosystem/options/fields/identity.ts";
import { execution } from "../../../../ecosystem/options/fields/proving.ts";
import { port } from "../../../../ecosystem/options/fields/serving.ts";
import { CHAIN_OPTIONS } from "../../../../ecosystem/options/chain.ts";
import { chainName } from "../../../../ecosystem/options/chain-name.ts";
import { withFlags } from "../../../../ecosystem/options/spawn-flags.ts";
import { address, wholeNumber } from "../../../../ecosystem/options/fields/values.ts";
import { backBalances } from "./back-balances.ts";
import { optionOf } from "../../importing/import-state.ts";
import type { ImportedAccount } from "../../importing/imported-state.ts";
import { readSource } from "../../importing/read-source.ts";
import { countsOf, leftOutLine } from "../../importing/told-accounts.ts";
import { pluginError } from "../../plugin-error.ts";
import { readChains } from "../session/chain-option.ts";
import { readFlags, readNumber, readOption } from "../session/arguments.ts";
import { createdLine } from "../session/event-lines.ts";
import { warning } from "../session/output.ts";
import { waitWithProgress } from "../session/progress-wait.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type CreateArguments = ArgumentsOf<(typeof runningTasks)["create"]>;

/** The bridge's limit of what a chain has. */
const MOST_WEI = 2n ** 126n;
/** Members take requests of a MiB; what else is in one is shorter than the difference. */
const MOST_BYTES = 1_040_000;
const CHAIN_ID = wholeNumber(1, MAX_CHAIN_ID, 300);

const { blocks, batches } = CHAIN_OPTIONS;

/** `hyperchain:create`: adds a chain to the running ecosystem. */
const action: NewTaskActionFunction<CreateArguments> = async (args, hre) => {
  const described = descriptionOf(args);
  await withEcosystem(args, hre, "acts", async (session) => {
    const { output, request } = session;
    const imported = args.import === undefined ? undefined : await readSource(args.import, described);
    for (const each of imported?.warnings ?? []) output.progress(warning(each));
    const option = imported && { import: requestable(imported.accounts, args) };
    output.progress(
      `asking for ${described.name} on ${described.settlesOn ?? "L1"}; its contracts and its node take some seconds…`,
    );
    const created = (await waitWithProgress(session, request("hyperchain_addChain", { ...described, ...option }))) as ChainInfo;
    if (imported === undefined) return output.result(() => createdLine(created), created);
    // What the ecosystem tells of its chains was read before this one came.
    await withEcosystem(args, hre, "acts", (now) => tellImported(now, created, imported, args));
  });
};

/** Prints the chain's imported state, after its balances are backed. */
async function tellImported(
  session: Session,
  created: ChainInfo,
  { accounts, leftOut }: Awaited<ReturnType<typeof readSource>>,
  { import: source }: CreateArguments,
): Promise<void> {
  const gain = sumOf(accounts);
  const backing = await backBalances(session, created.chainId, gain);
  const counts = countsOf(accounts);
  const { contracts, slots } = counts;
  session.output.result(
    () =>
      `${createdLine(created)}\n` +
      `  starts with ${counts.accounts} accounts of ${source}, ${contracts} of them contracts, with ${slots} words of storage\n` +
      `  ${backing.text}${leftOutLine(leftOut)}`,
    { ...created, imported: { ...counts, leftOut, gainWei: String(gain), backed: backing.hash ?? null } },
  );
}

/** The state as one request takes it. Throws a plugin error for one that is larger, or has more than a bridge can hold. */
function requestable(accounts: readonly ImportedAccount[], { import: source, name }: CreateArguments) {
  const wei = sumOf(accounts);
  if (wei > MOST_WEI)
    throw pluginError(
      `the accounts of ${source} have ${wei} wei together, and L1's bridge holds at most ${MOST_WEI} for a chain: no account could withdraw what is beyond it; lower their balances`,
    );
  const state = optionOf(accounts);
  const bytes = JSON.stringify(state).length;
  if (bytes <= MOST_BYTES) return state;
  throw pluginError(
    `what ${source} has takes ${bytes} bytes of JSON, and a running ecosystem accepts at most ${MOST_BYTES}; name the accounts as chains.${name}.import in the config, which hyperchain:spawn reads whatever their size`,
  );
}

function sumOf(accounts: readonly ImportedAccount[]): bigint {
  return accounts.reduce((sum, { balanceWei }) => sum + balanceWei, 0n);
}

/** Options for `hyperchain_addChain`: those of `--chain`, after the other flags. Throws a plugin error for what cannot be. */
function descriptionOf(args: CreateArguments) {
  const { typed, name } = describedBy(args);
  const { blockMs, batchMs } = args;
  const flags = {
    chainId: readNumber("chainId", args.chainId, CHAIN_ID),
    port: readNumber("port", args.port, port),
    dataAvailability: readOption("da", args.da, namedAvailability),
    baseToken: readOption("baseToken", args.baseToken, address),
    settlesOn: readOption("settlesOn", args.settlesOn, chainName),
    execution: readOption("execution", args.execution, execution),
    ...withFlags({ blocks, batches }, {}, readFlags({ blockMs, batchMs })),
  };
  const given = Object.entries(flags).filter(([, value]) => value !== undefined);
  return { ...typed, ...(Object.fromEntries(given) as Partial<typeof flags>), name };
}

/** Name of the chain and what `--chain` has typed. Throws a plugin error unless it is one chain with one name. */
function describedBy({ name, chain }: CreateArguments): {
  readonly typed: Readonly<Record<string, unknown>>;
  readonly name: string;
} {
  const [described, ...others] = readChains(chain, name);
  if (others.length > 0) throw pluginError("--chain has a list of chains, and hyperchain:create adds one; run it once for each");
  const typed = described?.chain.name;
  if (name !== undefined && typed !== undefined && typed !== name)
    throw pluginError(`the chain is called "${name}" and, by --chain, "${typed}"; use one name`);
  const checkedName = readOption("name", typed ?? name, chainName);
  if (checkedName === undefined) throw pluginError("the chain has no name; name it, as in hyperchain:create delta");
  return { typed: described?.typed ?? {}, name: checkedName };
}

export default action;
