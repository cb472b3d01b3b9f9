import type { ChangedLists } from "../../model/access-lists.ts";
import { UNLIMITED_CODE } from "../../../proofs/rules/code-limits.ts";
import { beginPast, type BegunPast } from "../../past/open-past.ts";
import type { Place, PlaceStore } from "../../past/place.ts";
import { chainRules, withChainId } from "../../../proofs/rules/chain-rules.ts";
import type { BatchCommand } from "../../ordering/command.ts";
import type { CommandStore, StoredCommands } from "../../ordering/command-store.ts";
import type { Ledger, LedgerFacts, LedgerStream } from "../../ledger/ledger.ts";
import { LedgerError } from "../../ledger/ledger-error.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { decodeEntry, encodeEntry, typedEntry, type JournalEntry } from "../../settlement/journal/journal-entry.ts";
import type { Journal } from "../../settlement/journal/journal.ts";
import { withoutUsedProofs } from "../../settlement/journal/progress.ts";
import { decodeCommand, encodeCommand } from "./kept-command.ts";
import { openPlaces } from "./kept-places.ts";

/** Stored data of one chain in a ledger. */
export interface ChainKeeping {
  readonly store: CommandStore;
  /** Checkpoint of an earlier process. */
  readonly place: Place | undefined;
  /** The place's past. The engine that opens there takes it over. */
  readonly past: BegunPast | undefined;
  readonly places: PlaceStore;
  /** Commands that earlier processes decided after the checkpoint. Throws LedgerError Damaged. */
  readonly commands: readonly BatchCommand[];
  readonly onRepeated?: StoredCommands["onRepeated"];
  /** Serialised transactions that waited in their pool. */
  readonly waiting: readonly Hex[];
  /** Lists of accounts that were changed while it ran. */
  readonly lists: ChangedLists | undefined;
  /** Journal of settlement. */
  readonly journal: Journal;
  /** Data choices of batches, on a chain that chooses. */
  readonly choices: LedgerStream;
  /** Evidence of the promises that it imported by. */
  readonly promises: LedgerFacts;
  /** Evidence of the facts that it imported: batches with their proofs. */
  readonly facts: LedgerFacts;
  /** Slots of a chain with an external sequencer, the part that it holds, and its life. */
  readonly slots: LedgerStream;
  readonly slotFacts: LedgerFacts;
  /** Contrary votes of its nodes. */
  readonly evidence: LedgerFacts;
}

/** Nothing of a chain with this id has happened. */
export function forgetChainKeeping(ledger: Ledger, chainId: ChainId): void {
  for (const nameOf of [commandsOf, settlementOf, blocksOf, placeOf, choicesOf, slotsOf])
    ledger.stream(nameOf(chainId)).truncate(0);
  for (const kindOf of [poolOf, accessOf, slotsOf, promisesOf, factsOf, evidenceOf]) {
    const facts = ledger.facts(kindOf(chainId));
    for (const name of facts.all().keys()) facts.delete(name);
  }
}

const commandsOf = (chainId: ChainId): string => `chain ${chainId}`;
const settlementOf = (chainId: ChainId): string => `settlement of ${chainId}`;
const blocksOf = (chainId: ChainId): string => `blocks of ${chainId}`;
const placeOf = (chainId: ChainId): string => `place of ${chainId}`;
const choicesOf = (chainId: ChainId): string => `data choices of ${chainId}`;
const slotsOf = (chainId: ChainId): string => `slots of ${chainId}`;
const promisesOf = (chainId: ChainId): string => `promises to ${chainId}`;
const factsOf = (chainId: ChainId): string => `facts to ${chainId}`;
const evidenceOf = (chainId: ChainId): string => `evidence of ${chainId}`;
const poolOf = (chainId: ChainId): string => `pool of ${chainId}`;
const accessOf = (chainId: ChainId): string => `access to ${chainId}`;
/** The one fact about access. */
const LISTS = "lists";

/** Storage of a chain's checkpoints in a ledger, and the past of the newest one, which is being opened. */
export interface StoredPast {
  readonly places: PlaceStore;
  readonly past: BegunPast | undefined;
}

/** Begins to serve the past of a chain's newest place. Throws LedgerError Damaged. */
export function openStoredPast(ledger: Ledger, chainId: ChainId): StoredPast {
  const names = { blocks: blocksOf(chainId), place: placeOf(chainId), commands: commandsOf(chainId) };
  const [places, place] = openPlaces(ledger, names);
  const { length } = ledger.stream(commandsOf(chainId));
  if (place !== undefined && place.commands > length)
    throw new LedgerError(
      "Damaged",
      `the place of chain ${chainId} is behind ${place.commands} commands, of which ${length} are kept; restore a copy`,
    );
  return { places, past: place === undefined ? undefined : beginPast(Number(chainId), place, places) };
}

/** Parts of a chain that its kept commands do not name. */
export interface ChainIds {
  readonly chainId: ChainId;
  /** Id of its porter; undefined without one. */
  readonly porterId: ChainId | undefined;
  /** Receives the fees of L1's operations. */
  readonly coinbase: Hex;
}

export function openChainKeeping(
  ledger: Ledger,
  { chainId, porterId, coinbase }: ChainIds,
  { places, past }: StoredPast = openStoredPast(ledger, chainId),
): ChainKeeping {
  const rules = chainRules(Number(chainId), UNLIMITED_CODE);
  const context = { coinbase, rules, porter: porterId === undefined ? undefined : withChainId(rules, porterId) };
  const commands = ledger.stream(commandsOf(chainId));
  const steps = ledger.stream(settlementOf(chainId));
  const pool = ledger.facts(poolOf(chainId));
  const access = ledger.facts(accessOf(chainId));
  const waiting = new Map(pool.all());
  const place = past?.place;
  const forget = (hash: string): void => {
    if (waiting.delete(hash)) pool.delete(hash);
  };
  const read = <Entry>(texts: Iterable<string>, subject: string, decode: (text: string) => Entry): readonly Entry[] =>
    Array.from(texts, (text, i) => {
      try {
        return decode(text);
      } catch (error) {
        throw new LedgerError("Damaged", `entry ${i} of the ${subject} of chain ${chainId} cannot be read; restore a copy`, {
          cause: error,
        });
      }
    });
  return {
    store: {
      append: (command) => commands.append(encodeCommand(command)),
      truncate: (length) => commands.truncate(length),
      together: (work) => ledger.together(work),
      durable: () => ledger.durable(),
      keepLists(changed) {
        const text = encodeEntry(changed);
        if (access.get(LISTS) !== text) access.set(LISTS, text);
      },
      waiting: {
        add(hash, raw) {
          if (waiting.has(hash)) return;
          pool.set(hash, raw);
          waiting.set(hash, raw);
        },
        delete: forget,
        keepOnly(hashes) {
          for (const hash of [...waiting.keys()]) if (!hashes.has(hash as Hex)) forget(hash);
        },
      },
    },
    place,
    past,
    places,
    commands: read(commands.entries(place?.commands), "commands", (text) => decodeCommand(text, context)),
    waiting: [...waiting.values()] as Hex[],
    lists: readLists(access.get(LISTS), chainId),
    journal: {
      entries: withoutUsedProofs(read(steps.entries(), "settlement", (text) => typedEntry(decodeEntry<JournalEntry>(text)))),
      async append(entry) {
        steps.append(encodeEntry(entry));
        await ledger.durable();
      },
      close: () => Promise.resolve(),
    },
    choices: ledger.stream(choicesOf(chainId)),
    promises: ledger.facts(promisesOf(chainId)),
    facts: ledger.facts(factsOf(chainId)),
    slots: ledger.stream(slotsOf(chainId)),
    slotFacts: ledger.facts(slotsOf(chainId)),
    evidence: ledger.facts(evidenceOf(chainId)),
  };
}

function readLists(text: string | undefined, chainId: ChainId): ChangedLists | undefined {
  try {
    return text === undefined ? undefined : decodeEntry<ChangedLists>(text);
  } catch (error) {
    throw new LedgerError("Damaged", `the lists of accounts of chain ${chainId} cannot be read; restore a copy`, {
      cause: error,
    });
  }
}
