import { HDNodeWallet, Mnemonic } from "ethers";
import { madeOn } from "../../../../proofs/devices/device-report.ts";
import type { ChainInfo, EcosystemInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { executionText } from "../../../../ecosystem/devnet/view/books/execution-text.ts";
import { ACCOUNT_NUMBERS } from "../../../../ecosystem/devnet/accounts/accounts.ts";
import { versionInWords } from "../../../../ground/protocol/protocol-version.ts";
import { upgradeLine } from "../session/event-lines.ts";
import { strong, table, warning } from "../session/output.ts";
import { policyWords } from "./policy-words.ts";
import { guardianLines } from "./guardian-lines.ts";

const WIDTH = 100;
const UNLIMITED_CODE =
  "CONTRACT SIZE IS NOT LIMITED on these chains (allowUnlimitedContractSize): public networks refuse code of more than 24,576 " +
  "bytes, and so will protocol versions that prove execution.";
const PATH = "m/44'/60'/0'/0";

/**
 * Everything that is needed to use an ecosystem: members, URLs, contracts, accounts (with their private keys), and what is
 * proven.
 */
export function firstScreen(info: EcosystemInfo, { keys = true }: { readonly keys?: boolean } = {}): string {
  const { l1, chains, prover, relayer } = info;
  const members = [
    ["", "chain id", "JSON-RPC, HTTP and WebSocket", "data", chains.some(isOnChain) ? "contract" : "contract on L1"],
    [l1.name, String(l1.chainId), l1.url, "", ""],
    ...chains.flatMap(memberRows),
  ];
  const contracts = Object.entries(l1.contracts).map(([name, address]) => [name, address]);
  const workers = prover.mode === "stark" ? `, ${prover.workers} prover ${prover.workers === 1 ? "thread" : "threads"}` : "";
  const sections = [
    table(members),
    forkLine(l1),
    ...chains.filter(isOnChain).map(onChainLine),
    `${strong("Contracts on L1")}\n${table(contracts)}`,
    accountsSection(info, keys),
    `${strong("What is proven")} (${versionsInForce(chains)}${workers})\n${prover.mode === "none" ? warning(wrapped(info.proven)) : wrapped(info.proven)}`,
    ...chains.flatMap(({ name, execution }) => (execution === undefined ? [] : [wrapped(`${name}: ${execution.sentence}`)])),
    prover.lastProof === undefined ? "" : wrapped(prover.lastProof.sentence),
    executionLine(info),
    ...chains.flatMap(inputsLine),
    ...chains.flatMap(ownersLine),
    ...chains.flatMap(promisesLines),
    ...(info.guardians ?? []).map(guardianLines),
    ...(info.hubs ?? []).map(({ name, members, address }) =>
      wrapped(`Hub ${name} (${address} on L1) proves batches of ${members.join(", ")} together: hyperchain:hub ${name}`),
    ),
    ...chains.flatMap(({ name, upgrade }) => (upgrade === undefined ? [] : [upgradeLine(name, upgrade)])),
    chains.some(({ allowUnlimitedContractSize }) => allowUnlimitedContractSize) ? warning(wrapped(UNLIMITED_CODE)) : "",
    deviceLine(prover.device),
    fleetSection(prover.fleet),
    sessionsHint(chains),
    relayer === undefined
      ? "No relayer runs: any account may deliver messages."
      : `The relayer ${relayer.address} delivers messages.`,
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

/** Row of a chain, and one of its porter. */
function memberRows({
  name,
  chainId,
  url,
  porter,
  settlesOn,
  dataAvailability,
  dataPolicy,
  hyperchain,
  baseToken,
}: ChainInfo): string[][] {
  const layer = settlesOn === undefined ? "" : ` on ${settlesOn.name}`;
  const fees = baseToken.symbol === "ETH" ? "" : `, fees in ${baseToken.symbol}`;
  const policy = dataPolicy === undefined ? dataAvailability : policyWords(dataPolicy);
  const holder = dataAvailability === "chain" ? `on ${settlesOn?.name}` : policy;
  const row = [name, String(chainId), url, holder, `${hyperchain}${layer}${fees}`];
  return porter === undefined ? [row] : [row, [`porter of ${name}`, String(porter.chainId), porter.url, "", ""]];
}

/** Line about the link between the inputs on L1 and the batch: a proof, or signatures. */
function inputsLine({ name, inputsBoundBy, quorum: { members, threshold } }: ChainInfo): string[] {
  if (inputsBoundBy === undefined) return [];
  if (inputsBoundBy === "proof")
    return [
      wrapped(
        `${name} publishes its inputs, and each proof of execution binds them: L1 takes no others, so any account ` +
          `can rebuild the chain by executing them.`,
      ),
    ];
  const signers = members.length === 1 ? "1 signer" : `${threshold} of ${members.length} signers`;
  return [wrapped(`${name} publishes its inputs, according to ${signers}: L1 binds the bytes, and compares them with no batch.`)];
}

/** Loss that follows if the operator of a chain stops. */
function ownersLine({ name, dataAvailability }: ChainInfo): string[] {
  if (dataAvailability !== "owners") return [];
  return [
    wrapped(
      `Owners store the data of their held accounts on ${name}: other state of ${name} ends with the operator. ` +
        `L1 then pays held accounts by their last listing, if one honest watcher refutes stale claims.`,
    ),
  ];
}

/** Promises that a chain takes, and what a broken one costs. */
function promisesLines({ name, promisesFrom = [] }: ChainInfo): string[] {
  return promisesFrom.map(({ sentence }) => wrapped(`${name} takes promises: ${sentence}.`));
}

/** Execution of chains whose execution nothing proves, one sentence for all that have the same signers. */
function executionLine({ chains, prover }: Pick<EcosystemInfo, "chains" | "prover">): string {
  const unproven = chains.filter(({ execution }) => execution === undefined);
  if (unproven.length === 0) return "";
  const texts = [...new Set(unproven.map(executionText))].map((text) => {
    const names = unproven.filter((chain) => executionText(chain) === text).map(({ name }) => name);
    return wrapped(`execution${names.length === chains.length ? "" : ` of ${names.join(", ")}`}: ${text}.`);
  });
  if (prover.mode === "none") return texts.join("\n");
  const proofs = "Proofs of trusted chains are proofs of published changes; L1 checks validity proofs with --execution proven.";
  return [...texts, wrapped(proofs)].join("\n");
}

function isOnChain({ settlesOn }: ChainInfo): boolean {
  return settlesOn !== undefined;
}

/** Properties of a chain that settles on another. */
function onChainLine({ name, settlesOn, dataAvailability }: ChainInfo): string {
  const below = settlesOn?.name;
  if (dataAvailability === "rollup")
    return wrapped(
      `${name} settles on ${below}, whose batches carry its data to L1. The operator of ${below} controls what is on ${name}.`,
    );
  const data = dataAvailability === "chain" ? `publishes its data on ${below} alone` : "gives its data to a committee";
  return warning(
    wrapped(
      `${name} settles on ${below} and ${data}: it is NOT A ROLLUP. The operator of ${below} controls what is on ${name}, and L1 does not have what it takes to rebuild ${name}.`,
    ),
  );
}

function forkLine({ name, fork }: EcosystemInfo["l1"]): string {
  if (fork === undefined) return "";
  return `${name} is a copy of chain ${fork.chainId} up to block ${fork.blockNumber}: what happens here stays here.`;
}

/** Device that makes proofs, and the reason for it. */
function deviceLine(device: EcosystemInfo["prover"]["device"]): string {
  if (device === undefined) return "";
  const line = wrapped(`Proofs are made ${madeOn(device)}.`);
  return device.state === "wrong" || device.state === "lost" ? warning(line) : line;
}

/** Command for another machine; the token is in the config. */
function fleetSection(fleet: EcosystemInfo["prover"]["fleet"]): string {
  if (fleet === undefined) return "";
  const join = `Provers join by: npx hardhat hyperchain:prover --url ${fleet.url}, with the token in HYPERCHAIN_PROVER_TOKEN`;
  if (fleet.workers.length === 0) return join;
  const rows = fleet.workers.map(({ name, proofs, lastSeconds, refused, late, lost }) => [
    name,
    String(proofs),
    lastSeconds === undefined ? "" : `${lastSeconds.toFixed(1)} s`,
    ...[refused, late, lost].map(String),
  ]);
  return `${join}\n${table([["worker", "proofs", "last one", "refused", "late", "unfinished"], ...rows])}`;
}

function sessionsHint(chains: EcosystemInfo["chains"]): string {
  const closed = chains.filter(({ readsNeedSession }) => readsNeedSession === true).map(({ name }) => name);
  if (closed.length === 0) return "";
  return wrapped(
    `Only readers may read ${closed.join(", ")}: \`npx hardhat hyperchain:session --chain ${closed[0]}\` prints a token for the header Authorization. Tasks open a session automatically.`,
  );
}

function versionsInForce(chains: EcosystemInfo["chains"]): string {
  const [first, ...others] = new Set(chains.map(({ protocolVersion }) => protocolVersion));
  if (first !== undefined && others.length === 0) return `protocol version ${versionInWords(first)}`;
  return `protocol versions: ${chains.map(({ name, protocolVersion }) => `${name} ${versionInWords(protocolVersion)}`).join(", ")}`;
}

function accountsSection({ accounts: { mnemonic, funded }, chains, relayer }: EcosystemInfo, keys: boolean): string {
  if (mnemonic === undefined) return "";
  const roles = `Account ${ACCOUNT_NUMBERS.deployer} deployed the contracts${relayer === undefined ? "" : `, ${ACCOUNT_NUMBERS.relayer} is the relayer's`}, ${operators(chains.length)}.`;
  if (!keys)
    return `${strong("Accounts")}: of the public phrase "${mnemonic}"; ${funded.length} have money on every chain. ${roles}`;
  const parent = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(mnemonic), PATH);
  const rows = funded.map((number) => {
    const { address, privateKey } = parent.deriveChild(number);
    return [String(number), address, privateKey];
  });
  return `${strong("Accounts with money on every chain")}, of the public phrase "${mnemonic}"\n${table(rows)}\n${roles}\nEverybody knows these keys: never send real money to them.`;
}

/** Each chain's operator sends its batches to L1. */
function operators(chains: number): string {
  const { firstOperator } = ACCOUNT_NUMBERS;
  return chains === 1
    ? `${firstOperator} the chain's operator`
    : `${firstOperator} to ${firstOperator + chains - 1} the chains' operators`;
}

/** Wraps text to lines of at most `width` characters. */
function wrapped(text: string, width = WIDTH): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join("\n");
}
