import type { Hex } from "../../ground/protocol/hex.ts";
import type { EdrConnect } from "../execution/connection.ts";
import { FlatEngine } from "../execution/flat-engine.ts";
import { EngineError, type ExecutionEngine } from "../execution/engine.ts";
import { Explainer } from "../execution/explainer.ts";
import { QuestionError } from "../questions/asked/question.ts";
import type { Questions } from "../questions/questions.ts";
import type { ReadAccount } from "../witness/batch-witness.ts";
import type { NamedHead } from "../model/block.ts";
import { ETHEREUM_CODE_LIMITS } from "../../proofs/rules/code-limits.ts";
import { codeLimitsOf } from "../model/limits-of-state.ts";
import { genesisLeaves, type GenesisAccount } from "../model/genesis.ts";
import type { BatchCompressor } from "../state/batch-compressor.ts";
import { StateTree } from "../state/state-tree.ts";
import type { Witness } from "../witness/witness.ts";
import { prestateReader } from "./read-prestate.ts";
import { treeAt, type BegunPast } from "./open-past.ts";
import { headOf, type Start } from "./start.ts";

/** Start of a chain: its genesis, a later state, or the checkpoint of an earlier process. */
interface ChainBeginning {
  readonly chainId: number;
  readonly coinbase: Hex;
  readonly genesisTimestamp: bigint;
  readonly genesis: readonly GenesisAccount[];
  readonly start: Start;
  readonly isMeasured?: boolean | undefined;
}

/** Number of EVM blocks before the current one. */
const HASHES_IN_REACH = 257n;

/** Throws PlaceError for a place whose tree is not its last batch's, or not its state's. */
export async function treeOf(
  { start, genesis }: Pick<ChainBeginning, "start" | "genesis">,
  compressor: BatchCompressor,
): Promise<StateTree> {
  if (start.from === "place") return treeAt(start.place, compressor);
  if (start.from === "state") return start.origin.tree;
  return start.imported?.tree ?? StateTree.genesis(genesisLeaves(genesis), { compressor });
}

/** Closes the other opened parts after a failure; rejects with its error. */
export async function closedAfter(opening: Promise<ExecutionEngine>, witness: Witness, error: unknown): Promise<never> {
  await opening.then(
    (engine) => engine.close(),
    () => undefined,
  );
  await witness.close();
  throw error;
}

export async function openEngine(
  options: ChainBeginning,
  { connect, past }: { readonly connect: EdrConnect; readonly past?: BegunPast | undefined },
  witness: Witness,
  questions: Questions,
): Promise<ExecutionEngine> {
  try {
    await requireAgreed(past);
    return openFlat(options, connect, witness, questions);
  } catch (error) {
    await witness.close();
    throw error;
  }
}

/** The state comes from the witness; that it is the place's is looked at all the same. */
async function requireAgreed(past: BegunPast | undefined): Promise<void> {
  const server = await past?.server;
  try {
    await server?.agreed;
  } finally {
    await server?.close();
  }
}

function openFlat(
  { chainId, coinbase, genesis, start, genesisTimestamp, isMeasured = false }: ChainBeginning,
  connect: EdrConnect,
  witness: Witness,
  questions: Questions,
): FlatEngine {
  const head = headOf(start, genesisTimestamp);
  const readAt = async (at: bigint, address: Hex, slot?: bigint): Promise<ReadAccount> => {
    try {
      return await questions.ask("read", { at, address, ...(slot === undefined ? {} : { slot }) });
    } catch (error) {
      if (error instanceof QuestionError && error.code === "StateNotKept") throw new EngineError("NotKept", error.message);
      throw error;
    }
  };
  const unlimitedCode = codeLimitsOf(genesis) !== ETHEREUM_CODE_LIMITS;
  const explainer = new Explainer({ chainId, coinbase, unlimitedCode, isMeasured }, { connect });
  return new FlatEngine({ head }, { witness, readAt, explainer, readPrestate: prestateReader(questions, chainId) });
}

interface NumberedHash {
  readonly number: bigint;
  readonly hash: Hex;
}

/** The newest block before the chain's own, and the blocks up to it that BLOCKHASH can name; the witness learns their hashes. */
export async function firstHead(
  { start, genesisTimestamp }: Pick<ChainBeginning, "start" | "genesisTimestamp">,
  engine: ExecutionEngine,
  witness: Witness,
): Promise<{ readonly head: NamedHead; readonly before: readonly NumberedHash[] }> {
  if (start.from === "place") return { head: start.place.head, before: [start.place.head] };
  const head = headOf(start, genesisTimestamp);
  const before = await readBlockHashes(engine, head.number);
  const [{ hash }] = before.slice(-1) as [NumberedHash];
  // Answered in order, before any block; a witness that fails here refuses the first block too, and says why.
  witness.request("remember", before).catch(() => undefined);
  return { head: { ...head, hash }, before };
}

/** Hashes of the blocks that BLOCKHASH can name in the block after the head, that of the head last. */
async function readBlockHashes(engine: ExecutionEngine, head: bigint): Promise<NumberedHash[]> {
  const count = Number(head < HASHES_IN_REACH ? head + 1n : HASHES_IN_REACH);
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const number = head - BigInt(count - 1 - i);
      const header = await engine.header(number);
      if (header === undefined) throw new EngineError("UnexpectedAnswer", `the engine has no block ${number} of ${head}`);
      return { number, hash: header.hash };
    }),
  );
}
