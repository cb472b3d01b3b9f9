import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Fragment, Interface } from "ethers";
import type { GeneratedFile } from "../verifier-generator/generated-files.ts";

/** One item of a compiled contract's ABI, as the compiler writes it. */
interface AbiItem {
  readonly type: string;
  readonly name?: string;
  readonly [field: string]: unknown;
}

/** Content of a generated file: functions and events of these interfaces, without the functions named in `omit`. */
interface AbiSelection {
  readonly file: string;
  readonly constant: string;
  readonly summary: string;
  readonly interfaces: readonly string[];
  /** Functions that only other contracts of the project call. */
  readonly omit?: readonly string[];
  /** True if the package exports the ABI: then the errors are in it, because a dapp decodes them by the ABI of its call. */
  readonly isPublic?: boolean;
}

const SELECTIONS: readonly AbiSelection[] = [
  {
    file: "hyperchain",
    constant: "hyperchainAbi",
    summary: "A chain on its settlement layer: queue, batches and exit.",
    interfaces: ["IHyperchain"],
    omit: ["initialize", "bridgehubRequestL2Transaction"],
  },
  {
    file: "chain-factory",
    constant: "chainFactoryAbi",
    summary: "Creates chains and takes requests for them.",
    interfaces: ["IChainFactory"],
  },
  {
    file: "shared-bridge",
    constant: "sharedBridgeAbi",
    summary: "Vault and asset router on the settlement layer.",
    interfaces: ["ISharedBridge", "IAssetViews"],
    omit: [
      "depositBaseToken",
      "bridgehubDeposit",
      "bridgehubConfirmL2Transaction",
      "applyFlows",
      "refundBaseToken",
      "refundTokenDeposit",
      "payHolding",
      "payTransit",
    ],
  },
  {
    file: "state-exit",
    constant: "stateExitAbi",
    summary: "Pays holdings on stopped chains.",
    interfaces: ["IStateExit"],
    omit: ["payOther"],
  },
  {
    file: "nested-exit",
    constant: "nestedExitAbi",
    summary: "Pays holdings on chains on a stopped chain.",
    interfaces: ["INestedExit"],
  },
  {
    file: "held-exit",
    constant: "heldExitAbi",
    summary: "Claims of held accounts of stopped chains.",
    interfaces: ["IHeldExit"],
    isPublic: true,
  },
  {
    file: "settlement-creator",
    constant: "settlementCreatorAbi",
    summary: "Creates what the chains on a chain share, at addresses that follow from codes and terms.",
    interfaces: ["ISettlementCreator"],
  },
  {
    file: "data-carrier",
    constant: "dataCarrierAbi",
    summary: "Carries data of the chains on a chain to L1.",
    interfaces: ["IDataCarrier"],
    omit: ["checkAvailability", "recordCodes"],
  },
  {
    file: "hyperchain-names",
    constant: "hyperchainNamesAbi",
    summary: "Names of chains, and of accounts on them.",
    interfaces: ["IHyperchainNames"],
  },
  {
    file: "chain-accounts",
    constant: "chainAccountsAbi",
    summary: "Calls that senders on chains make where their chains settle.",
    interfaces: ["IChainAccounts"],
  },
  {
    file: "message-gateway",
    constant: "messageGatewayAbi",
    summary: "The end on L1 of the gateway for messages.",
    interfaces: ["IMessageGateway"],
  },
  {
    file: "execution-judge",
    constant: "executionJudgeAbi",
    summary: "Judge of open batches.",
    interfaces: ["IExecutionJudge"],
  },
  {
    file: "transaction-root-registry",
    constant: "transactionRootRegistryAbi",
    summary: "Registry of Transaction Roots.",
    interfaces: ["ITransactionRootRegistry"],
    omit: ["append"],
  },
  {
    file: "verifier-registry",
    constant: "verifierRegistryAbi",
    summary: "Verifiers by protocol version.",
    interfaces: ["IVerifierRegistry"],
  },
  {
    file: "proof-aggregator",
    constant: "proofAggregatorAbi",
    summary: "Proofs of execution of many batches at once.",
    interfaces: ["IProofAggregator", "IHubProofs"],
  },
  {
    file: "hub",
    constant: "hubAbi",
    summary: "Newest block of a hub, and its aggregators.",
    interfaces: ["IHub"],
  },
  {
    file: "stake-registry",
    constant: "stakeRegistryAbi",
    summary: "Deposits that answer for validators' keys.",
    interfaces: ["IStakeRegistry"],
    omit: ["slash"],
  },
  {
    file: "data-availability-policy",
    constant: "dataAvailabilityPolicyAbi",
    summary: "Decides whether a batch's data are available.",
    interfaces: ["IDataAvailabilityPolicy"],
  },
  {
    file: "availability-challenge",
    constant: "availabilityChallengeAbi",
    summary: "Requests for leaves that guardians signed for.",
    interfaces: ["IAvailabilityChallenge"],
  },
  {
    file: "equivocation",
    constant: "equivocationAbi",
    summary: "Judge of two words of one validator for one batch number.",
    interfaces: ["IEquivocation"],
  },
  {
    file: "hub-equivocation",
    constant: "hubEquivocationAbi",
    summary: "Judge of two votes of one aggregator of a hub.",
    interfaces: ["IHubEquivocation"],
  },
  {
    file: "broken-promises",
    constant: "brokenPromisesAbi",
    summary: "Judge of promises of batches that L1 did not execute.",
    interfaces: ["IBrokenPromises"],
  },
  {
    file: "security-council",
    constant: "securityCouncilAbi",
    summary: "A council that can freeze protocol versions, and agree to their halt.",
    interfaces: ["ISecurityCouncil"],
  },
  {
    file: "chain-settings",
    constant: "chainSettingsAbi",
    summary: "The settings of all chains, and their upgrades.",
    interfaces: ["IChainSettings"],
    omit: ["configure", "requireQuorum", "forCommit", "forQueue"],
  },
  {
    file: "l1-messenger",
    constant: "l1MessengerAbi",
    summary: "Predeploy that collects a batch's messages.",
    interfaces: ["l2/IL1Messenger"],
  },
  {
    file: "imported-roots",
    constant: "importedRootsAbi",
    summary: "Predeploy with the roots that a chain imported.",
    interfaces: ["l2/IImportedRoots"],
  },
  {
    file: "cross-chain-views",
    constant: "crossChainViewsAbi",
    summary: "Predeploy that reads storage of other chains.",
    interfaces: ["l2/ICrossChainViews"],
    omit: ["verify"],
    isPublic: true,
  },
  {
    file: "l1-storage",
    constant: "l1StorageAbi",
    summary: "Reads storage of L1's contracts on chains.",
    interfaces: ["l2/IL1Storage"],
    isPublic: true,
  },
  {
    file: "l2-asset-router",
    constant: "l2AssetRouterAbi",
    summary: "Predeploy that moves assets to and from a chain.",
    interfaces: ["l2/IL2AssetRouter"],
    isPublic: true,
  },
  {
    file: "l2-native-token-vault",
    constant: "l2NativeTokenVaultAbi",
    summary: "Predeploy that holds tokens of a chain, and creates the tokens of other chains.",
    interfaces: ["l2/IL2NativeTokenVault"],
    omit: ["burn", "mint", "mintListed"],
    isPublic: true,
  },
  {
    file: "bridged-token",
    constant: "bridgedTokenAbi",
    summary: "Token of another chain or of L1.",
    interfaces: ["l2/IBridgedToken"],
    isPublic: true,
  },
  {
    file: "interop-attributes",
    constant: "interopAttributesAbi",
    summary: "Attributes of messages and bundles.",
    interfaces: ["l2/IInteropAttributes"],
    isPublic: true,
  },
  {
    file: "l2-base-token",
    constant: "l2BaseTokenAbi",
    summary: "Predeploy of the token that pays for gas.",
    interfaces: ["l2/IL2BaseToken"],
  },
  {
    file: "interop-center",
    constant: "interopCenterAbi",
    summary: "Predeploy that sends calls to other chains.",
    interfaces: ["l2/IInteropCenter"],
    isPublic: true,
  },
  {
    file: "interop-handler",
    constant: "interopHandlerAbi",
    summary: "Predeploy that executes calls from other chains.",
    interfaces: ["l2/IInteropHandler"],
    isPublic: true,
  },
  {
    file: "remote-swap",
    constant: "remoteSwapAbi",
    summary: "Swaps for accounts of other chains, and sends on what they bring.",
    interfaces: ["l2/IRemoteSwap"],
  },
  {
    file: "atomic-flows",
    constant: "atomicFlowsAbi",
    summary: "Legs on several chains that happen all or not at all.",
    interfaces: ["l2/IAtomicFlows"],
    isPublic: true,
  },
  {
    file: "atomic-links",
    constant: "atomicLinksAbi",
    summary: "Calls between two chains that both send and receive, or neither.",
    interfaces: ["l2/IAtomicLinks"],
    isPublic: true,
  },
  {
    file: "held-accounts",
    constant: "heldAccountsAbi",
    summary: "Accounts whose data their owners store.",
    interfaces: ["l2/IHeldAccounts"],
    omit: ["pay"],
    isPublic: true,
  },
  {
    file: "forwarders",
    constant: "forwardersAbi",
    summary: "Accounts that send on all that they receive.",
    interfaces: ["l2/IForwarders"],
  },
  {
    file: "keystore",
    constant: "keystoreAbi",
    summary: "Keys of accounts, kept on one chain for all.",
    interfaces: ["l2/IKeystore"],
  },
  {
    file: "keystore-account",
    constant: "keystoreAccountAbi",
    summary: "Accounts whose keys are in a keystore, and what creates them.",
    interfaces: ["l2/IKeystoreAccount", "l2/IKeystoreAccountFactory"],
  },
  {
    file: "l2-message-gateway",
    constant: "l2MessageGatewayAbi",
    summary: "The end on a chain of the gateway for messages.",
    interfaces: ["l2/IL2MessageGateway"],
    omit: ["announce"],
  },
  {
    file: "proven-peer",
    constant: "provenPeerAbi",
    summary: "Passes a bridge's records between members.",
    interfaces: ["bridges/IProvenPeer"],
    omit: ["receiveMessage"],
  },
  {
    file: "devnet-executor",
    constant: "devnetExecutorAbi",
    summary: "Executes LayerZero's packets.",
    interfaces: ["bridges/IDevnetExecutor"],
    omit: ["assignJob"],
  },
  {
    file: "proven-hook",
    constant: "provenHookAbi",
    summary: "A hook and security module of Hyperlane's messages by proven messages.",
    interfaces: ["bridges/IProvenHook"],
    omit: ["receiveMessage"],
  },
  {
    file: "ccip-ramps",
    constant: "ccipRampsAbi",
    summary: "Both ends of CCIP's ramps by proven messages.",
    interfaces: ["bridges/ccip/ICcipRamps"],
    omit: [
      "receiveMessage",
      "forwardFromRouter",
      "deliver",
      "getPoolBySourceToken",
      "getExpectedNextSequenceNumber",
      "getOutboundNonce",
    ],
  },
  {
    file: "ccip-rmn",
    constant: "ccipRmnAbi",
    summary: "Which chains are cursed in CCIP's contracts.",
    interfaces: ["bridges/ccip/ICcipRmn"],
  },
  {
    file: "shielded-pool",
    constant: "shieldedPoolAbi",
    summary: "A pool of coins whose owners and amounts are hidden.",
    interfaces: ["IShieldedPool"],
    isPublic: true,
  },
  {
    file: "superchain",
    constant: "superchainAbi",
    summary: "The Superchain's inbox, messenger and bridges.",
    interfaces: [
      "bridges/superchain/ICrossL2Inbox",
      "bridges/superchain/IL2ToL2CrossDomainMessenger",
      "bridges/superchain/ISuperchainETHBridge",
    ],
    omit: ["receiveMessage", "relayETH", "sendETH", "resendMessage", "sendMessage"],
  },
];

const LIBRARIES = "contracts/libraries/*.sol";

const HEADER = "// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).\n";

/**
 * The typed ABI fragments in src/ground/abi: functions and events per contract, and one list of all custom errors, so
 * that a revert which comes from a called contract still gets its name. The contracts must be compiled.
 * Throws Error where an interface has no artifact.
 */
export function abiFiles(root: string): GeneratedFile[] {
  return [
    ...SELECTIONS.map((selection) =>
      source(selection.file, selection.constant, selection.summary, selectedItems(root, selection)),
    ),
    source(
      "contract-errors",
      "contractErrorsAbi",
      "Every custom error of this package's contracts, on L1 and on chains.",
      errorsOf(root, ["contracts/interfaces/*.sol", "contracts/interfaces/l2/*.sol", "contracts/interfaces/bridges/**/*.sol"]),
    ),
    creationCode(root, "atomic-flows-code", "ATOMIC_FLOWS_CODE", "l2/AtomicFlows"),
    creationCode(root, "atomic-links-code", "ATOMIC_LINKS_CODE", "l2/AtomicLinks"),
    creationCode(root, "chain-accounts-code", "CHAIN_ACCOUNTS_CODE", "l1/ChainAccounts"),
    creationCode(root, "data-carrier-code", "DATA_CARRIER_CODE", "l1/availability/DataCarrier"),
    runtimeCode(root, "execution-judge-code", "EXECUTION_JUDGE_CODE", "l1/ExecutionJudge"),
    creationCode(root, "forwarders-code", "FORWARDERS_CODE", "l2/Forwarders"),
    creationCode(root, "held-accounts-code", "HELD_ACCOUNTS_CODE", "l2/HeldAccounts"),
    creationCode(root, "held-exit-code", "HELD_EXIT_CODE", "l1/HeldExit"),
    creationCode(root, "keystore-account-factory-code", "KEYSTORE_ACCOUNT_FACTORY_CODE", "l2/KeystoreAccountFactory"),
    creationCode(root, "keystore-code", "KEYSTORE_CODE", "l2/Keystore"),
    creationCode(root, "l1-storage-code", "L1_STORAGE_CODE", "l2/L1Storage"),
    creationCode(root, "l2-message-gateway-code", "L2_MESSAGE_GATEWAY_CODE", "l2/L2MessageGateway"),
    creationCode(root, "message-gateway-code", "MESSAGE_GATEWAY_CODE", "l1/MessageGateway"),
    creationCode(root, "hyperchain-names-code", "HYPERCHAIN_NAMES_CODE", "l1/HyperchainNames"),
    creationCode(root, "note-tree-code", "NOTE_TREE_CODE", "verifier/generated/NoteTree"),
    creationCode(root, "shielded-constraints-code", "SHIELDED_CONSTRAINTS_CODE", "verifier/generated/ShieldedStarkConstraints1"),
    creationCode(root, "shielded-pool-code", "SHIELDED_POOL_CODE", "shielded/ShieldedPool"),
    creationCode(root, "shielded-stark-code", "SHIELDED_STARK_CODE", "verifier/generated/ShieldedStark"),
    creationCode(root, "passkey-verifier-code", "PASSKEY_VERIFIER_CODE", "l2/PasskeyVerifier"),
    creationCode(root, "remote-swap-code", "REMOTE_SWAP_CODE", "l2/RemoteSwap"),
    creationCode(root, "token-holdings-code", "TOKEN_HOLDINGS_CODE", "l2/TokenHoldings"),
    protocolCalls(root),
  ];
}

/** All that the contracts of both layers can be called with and log: the files above, and what no file above has, without outputs. */
function protocolCalls(root: string): GeneratedFile {
  const imports = SELECTIONS.map(({ file, constant }) => `import { ${constant} } from "./${file}.ts";\n`).sort();
  const selected = SELECTIONS.map(({ constant }) => `  ...${constant},\n`);
  const known = new Set(SELECTIONS.flatMap((selection) => selectedItems(root, selection)).map((item) => signatureOf(item)));
  const others = callsAndEvents(root, known).map((text) => `  ${text},\n`);
  const summary = "/** Every function and event of this package's contracts on L1 and on chains. */\n";
  return {
    path: "src/ground/abi/protocol-calls.ts",
    content: `${HEADER}${imports.join("")}\n${summary}export const protocolCallsAbi = [\n${[...selected, ...others].join("")}] as const;\n`,
  };
}

/** In JSON, which ethers need not read by letters, each once: from the contract or interface that names most of its arguments. */
function callsAndEvents(root: string, known: ReadonlySet<string>): string[] {
  const paths = globSync("contracts/{interfaces,l1,l2}/**/*.json", { cwd: join(root, "artifacts") }).sort();
  const bySignature = new Map<string, { readonly text: string; readonly named: number }>();
  for (const item of paths.flatMap((path) => readAbi(root, path))) {
    if ((item.type !== "function" && item.type !== "event") || known.has(signatureOf(item))) continue;
    const { inputs } = Fragment.from({ ...item, outputs: [] });
    const named = inputs.filter(({ name }) => name !== "").length;
    const other = bySignature.get(signatureOf(item));
    const text = JSON.stringify({ ...item, outputs: [] }, withoutInternalTypes);
    if (other === undefined || named > other.named) bySignature.set(signatureOf(item), { text, named });
  }
  return [...bySignature].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { text }]) => text);
}

/** An event's indexed arguments are part of how it is read. */
function signatureOf(item: AbiItem): string {
  return Fragment.from({ ...item, outputs: [] }).format(item.type === "event" ? "minimal" : "sighash");
}

/** The custom errors of all interfaces in these folders, and of the libraries, each selector once, by name. */
function errorsOf(root: string, patterns: readonly string[]): AbiItem[] {
  const paths = [...patterns, LIBRARIES].flatMap((each) => globSync(`${each}/*.json`, { cwd: join(root, "artifacts") }).sort());
  const bySelector = new Map<string, AbiItem>();
  for (const path of paths) {
    for (const item of readAbi(root, path)) {
      if (item.type !== "error") continue;
      const selector = new Interface([item]).getError(item.name ?? "")?.selector;
      if (selector === undefined) throw new Error(`${path}: an error without a name`);
      if (!bySelector.has(selector)) bySelector.set(selector, item);
    }
  }
  return [...bySelector.values()].sort((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1));
}

/** The code that creates a contract that clients put on chains. */
function creationCode(root: string, file: string, constant: string, contract: string): GeneratedFile {
  const { bytecode } = codesOf(root, contract);
  return {
    path: `src/ground/abi/${file}.ts`,
    content: `${HEADER}/** Creates ${basename(contract)}.sol. */\nexport const ${constant} = "${bytecode}";\n`,
  };
}

/** The code of a contract without immutables that clients run in calls, and never deploy. */
function runtimeCode(root: string, file: string, constant: string, contract: string): GeneratedFile {
  const { deployedBytecode } = codesOf(root, contract);
  return {
    path: `src/ground/abi/${file}.ts`,
    content: `${HEADER}/** Code of ${basename(contract)}.sol. */\nexport const ${constant} = "${deployedBytecode}";\n`,
  };
}

function codesOf(root: string, contract: string): { readonly bytecode: string; readonly deployedBytecode: string } {
  const path = join(root, "artifacts/contracts", `${contract}.sol`, `${basename(contract)}.json`);
  return JSON.parse(readFileSync(path, "utf8")) as ReturnType<typeof codesOf>;
}

function selectedItems(root: string, { interfaces, omit = [], isPublic = false }: AbiSelection): AbiItem[] {
  return interfaces
    .flatMap((name) => readAbi(root, join("contracts/interfaces", `${name}.sol`, `${basename(name)}.json`)))
    .filter(
      ({ type, name = "" }) =>
        type === "event" || (type === "error" && isPublic) || (type === "function" && !omit.includes(name)),
    );
}

function readAbi(root: string, path: string): AbiItem[] {
  const artifact = JSON.parse(readFileSync(join(root, "artifacts", path), "utf8")) as { abi: AbiItem[] };
  return artifact.abi;
}

/** `internalType` is dropped: no client reads it. */
function withoutInternalTypes(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== "internalType"));
}

function source(file: string, constant: string, summary: string, items: readonly AbiItem[]): GeneratedFile {
  const lines = items.map((item) => `  ${JSON.stringify(item, withoutInternalTypes)},\n`).join("");
  return {
    path: `src/ground/abi/${file}.ts`,
    content: `${HEADER}/** ${summary} */\nexport const ${constant} = [\n${lines}] as const;\n`,
  };
}
