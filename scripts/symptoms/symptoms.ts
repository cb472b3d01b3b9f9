/** Custom error of a contract that leads to a symptom. */
export interface ContractCause {
  /** Name of the error. */
  readonly error: string;
  /** Cause, if the contract's documentation does not have it. */
  readonly cause?: string;
  readonly remedy: string;
}

/** Cause without an error, which a test shows. */
export interface TestedCause {
  readonly cause: string;
  readonly remedy: string;
  /** Test file of this repository. */
  readonly test: string;
  /** Title of a test in this file. */
  readonly title: string;
}

/** A user's first sight of a problem, with the errors that lead to it. */
export interface Symptom {
  readonly seen: string;
  /** First step, which finds the cause. */
  readonly first: string;
  /** Classes of errors of the package. Their documentation has cause and remedy. */
  readonly classes?: readonly string[];
  readonly contracts?: readonly ContractCause[];
  readonly tested?: readonly TestedCause[];
}

/** Symptoms, the most frequent first. Each class of errors that users may meet has at least one. */
export const SYMPTOMS: readonly Symptom[] = [
  {
    seen: "A message does not arrive",
    first:
      "`npx hardhat hyperchain:message 0x…` with the hash of its transaction shows each step, and the reason if one is late. In a test `message.waitingFor` names the next step; `await message.refresh()` updates it.",
    classes: ["MessageError", "MemberSilentError"],
    tested: [
      {
        cause: "In tests nothing moves automatically.",
        remedy: "Await `message.delivered()` or a matcher such as `deliveredTo`.",
        test: "test/plugin/connection/hyperchains.test.ts",
        title: "C7: send goes from any member to any, and each is followed by the same steps",
      },
      {
        cause: "Batches of the chain have neither a maximum age nor a maximum size, so only a settle seals one.",
        remedy: "Run `hyperchain:settle`, or set `maxAgeSeconds` of `batches`.",
        test: "test/devnet/stuck-chain.test.ts",
        title: "if neither age nor size of batches is set: only a settle seals it",
      },
    ],
  },
  {
    seen: "A call arrives on the other chain and reverts there",
    first:
      "`await message.delivered()` rejects with the error, its arguments and the line of Solidity on that chain. `npx hardhat hyperchain:trace 0x…` shows the calls over all chains.",
    contracts: [
      {
        error: "NotThePeer",
        cause: "The contract takes messages of its peer alone, and the sender is another account.",
        remedy:
          "Call `_setPeer` on the receiving chain with the id of the sending chain and the sending contract's address there.",
      },
      {
        error: "NotTheGateway",
        cause: "An account other than the gateway has called `receiveMessage`.",
        remedy: "Send a message from the peer instead of a direct call.",
      },
      { error: "BundleExpired", remedy: "Send the call again with a later `deadline`; value and tokens were refunded." },
    ],
  },
  {
    seen: "A contract's `send` to another chain reverts",
    first: "The error is one of `Hyperchain.sol` or of the gateway on the sending chain. Nothing has left.",
    contracts: [
      {
        error: "WrongPayment",
        remedy: "Pass `send` the sum that the error names first, and send the function that much `msg.value`.",
      },
      { error: "NoRefundAccount", remedy: "Set `refundTo` of the call to the account for refunds." },
      {
        error: "NoPeerOn",
        cause: "The contract has no peer on that chain.",
        remedy: "Call `_setPeer` with the destination's chain id first.",
      },
      { error: "AnotherGateway", remedy: "Use `_sendMessage` for that chain." },
      { error: "AlreadyExpired", remedy: "Set a later `deadline`, by the clock of the destination." },
      {
        error: "NotInteroperable",
        remedy:
          "Encode chains and accounts by `Interoperable.chain` and `Interoperable.account`, or by `interoperable()` of a member.",
      },
    ],
  },
  {
    seen: "The answer of a call does not arrive, or a refund",
    first:
      "`await message.answered()` and `message.refunded()` move the ecosystem until it has arrived. Answers and refunds are messages of the other chain, whose batch L1 executes first.",
    contracts: [
      { error: "FailingRunOfContract", remedy: "Deliver the call or the answer from an account without code." },
      {
        error: "NoCallbackPending",
        remedy: "Set `answerGas` before `send`; an answer that was delivered is not delivered twice.",
      },
      { error: "NoRewardPending", remedy: "Set `answerReward` before `send`." },
      {
        error: "NotTheHandler",
        cause: "An account other than the handler has called `onInteropResult`.",
        remedy: "Wait for the answer of a real call; only the handler may report one.",
      },
    ],
  },
  {
    seen: "A message before L1 has its batch, or a link, is refused",
    first: "The message arrives later by L1 anyway. The error's message names the missing part.",
    classes: ["FactRefused", "PromiseRefused", "LinkRefused", "StatementRefused"],
  },
  {
    seen: "A task or a function of the client is refused",
    first: "The message ends with the remedy. `--json` prints the error's class and code.",
    classes: ["ClientError", "UnknownChainError", "LoneChainError", "AnswerTooLongError", "EcosystemClosedError"],
  },
  {
    seen: "A chain does not answer, or cannot be paused or removed",
    first: "`npx hardhat hyperchain:status` shows which chains are paused, have ended, or do not answer.",
    classes: ["ChainNotRunningError", "ChainBelowError", "ChainRemovalError"],
  },
  {
    seen: "The ecosystem does not start",
    first: "The message names the option with its path in the config; nothing was started.",
    classes: [
      ...["DevnetOptionsError", "PortInUseError", "DeploymentError", "GovernanceTermsError", "PublishedCodeError"],
      ...["EnvironmentError", "ProtocolVersionError"],
    ],
  },
  {
    seen: "A folder of `--data` is refused",
    first: "Copy the folder before any other step. A start never changes a folder that it refuses.",
    classes: ["LedgerError"],
  },
  {
    seen: "Batches are not settled on L1",
    first: "`npx hardhat hyperchain:status` shows each batch's stage, and the reason why a chain's settlement is paused.",
    classes: ["SettlementError", "SettledOtherwiseError", "ExecutionGoneError", "L1BehindError", "L1ReorgError"],
    tested: [
      {
        cause: "The operator has no money on L1.",
        remedy: "Send the operator that the message names some; settlement continues then.",
        test: "test/plugin/connection/hyperchains.test.ts",
        title: "B10: settling with an operator that has no money reports this, and continues when it has some",
      },
    ],
  },
  {
    seen: "The first screen shows NOTHING IS PROVEN",
    first: "The ecosystem has no proofs, by `proofs` in its options. Use this mode for quick tests alone.",
    tested: [
      {
        cause: 'An override or the config has `proofs: "none"`.',
        remedy: "Remove the option; real proofs are the default.",
        test: "test/plugin/connection/hyperchains.test.ts",
        title: "reports loudly that nothing is proven, without proofs",
      },
    ],
  },
  {
    seen: "A proof is not made",
    first:
      "`npx hardhat hyperchain:status` shows the prover's current batch. With less than 2 GiB of free memory a proof of execution fails.",
    classes: ["ProverDeviceError", "L1ProofError", "CrowdedChunkError", "AggregatorError", "FleetError", "PgBossError"],
  },
  {
    seen: "`hyperchain:verify` ends with an error",
    first: "Exit code 1 means that the proof does not hold, or cannot be checked; the code is another for each.",
    classes: ["BatchCheckError"],
  },
  {
    seen: "A snapshot or a move of time fails",
    first: "Snapshots and time are the whole ecosystem's. End pending deliveries and settlement before one is taken.",
    classes: ["EcosystemSnapshotError", "EcosystemBusyError", "ClockError"],
  },
  {
    seen: "A fault cannot be set",
    first: "`hyperchain_setFault` and `hyperchains.faults` have the same faults.",
    classes: ["FaultError"],
  },
  {
    seen: "A message of LayerZero, Hyperlane, CCIP or the Superchain does not arrive",
    first: "`npx hardhat hyperchain:bridges` shows the bridges and their messages.",
    classes: ["BridgeSetUpError", "BridgeUseError"],
  },
  {
    seen: "The page does not open",
    first: "`npx hardhat hyperchain:open --print` prints its address with the token.",
    classes: ["PageError"],
  },
  {
    seen: "A chain is not rebuilt from L1",
    first: "The code names the first part that is missing or differs from L1. Use nothing of the rebuilt state.",
    classes: ["ReconstructionError", "ContinuationError"],
  },
  {
    seen: "A guardian or a collector refuses",
    first: "Neither has signed or lost anything. `npx hardhat hyperchain:guardians` shows the guardians and their requests.",
    classes: ["GuardianError", "CollectorError", "HeldAccountError"],
  },
  {
    seen: "A shielded payment is refused",
    first: "The wallet has sent nothing.",
    classes: ["ShieldedError"],
  },
  {
    seen: "An external sequencer's slot or step is refused",
    first: "`hyperchain_waiting` has the chain's current slot.",
    classes: ["SlotError", "EnvironmentRefusal"],
  },
];
