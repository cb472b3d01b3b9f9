import { validateHyperchains } from "../../src/tool/plugin/config/validate.ts";

const KEY = `0x${"a1".repeat(20)}`;

/** A choice of the chain alpha, as its config has it. */
interface Choice {
  readonly name: string;
  readonly alpha: Readonly<Record<string, unknown>>;
  /** Other parts of the config that the choice needs. */
  readonly others?: { readonly chains?: Readonly<Record<string, object>>; readonly guardians?: object };
}

const bft = { by: "bft", nodes: 4 };
const external = (peer: string): object => ({ by: "external", key: KEY, peers: [peer] });
const CHOICES: readonly Choice[] = [
  { name: '`execution: "proven"`', alpha: { execution: "proven" } },
  { name: "`secondCheck: true`", alpha: { secondCheck: true } },
  { name: '`sequencing: "queue"`', alpha: { sequencing: "queue", execution: "proven" } },
  { name: '`{ by: "bft" }`', alpha: { sequencing: bft } },
  { name: '`{ by: "bft", processes: true }`', alpha: { sequencing: { ...bft, processes: true } } },
  { name: '`transactionOrder: "encrypted"`', alpha: { sequencing: bft, transactionOrder: "encrypted" } },
  {
    name: '`{ by: "external" }`',
    alpha: { sequencing: external("beta") },
    others: { chains: { beta: { sequencing: external("alpha") } } },
  },
  { name: "`quorum` of processes", alpha: { quorum: { members: 2, threshold: 2 } } },
  { name: '`"inputs"`', alpha: { dataAvailability: "inputs" } },
  { name: '`"validium"`', alpha: { dataAvailability: "validium" } },
  { name: '`"owners"`', alpha: { dataAvailability: "owners", execution: "proven" } },
  { name: "`{ guardians }`", alpha: { dataAvailability: { guardians: "main" } }, others: { guardians: { main: {} } } },
  { name: "`partition`", alpha: { partition: { chainId: 1271 } } },
  { name: "`settlesOn`", alpha: { settlesOn: "base", chainId: 2 ** 32 + 300 }, others: { chains: { base: { chainId: 300 } } } },
];

/** Table of choices that a chain can have together, by the config's rules. Throws an Error if a choice is refused alone. */
export function combinationsTable(): string {
  for (const choice of CHOICES) if (problemsOf([choice]).length > 0) throw new Error(`the rules refuse ${choice.name} alone`);
  const short = CHOICES.map((_, place) => String(place + 1));
  const head = ["", ...short].map((name) => `| ${name} `).join("") + "|";
  const rows = CHOICES.map((row, place) => {
    const cells = CHOICES.slice(0, place).map((column) => cell(row, column));
    return `| ${place + 1} ${row.name} | ${[...cells, ...CHOICES.slice(place).map(() => "")].join(" | ")} |`;
  });
  return [head, `|${"---|".repeat(CHOICES.length + 1)}`, ...rows].join("\n");
}

/** Empty if both set one option to different values. */
function cell(one: Choice, two: Choice): string {
  if (Object.entries(one.alpha).some(([option, value]) => option in two.alpha && two.alpha[option] !== value)) return "";
  return problemsOf([one, two]).length === 0 ? "yes" : "no";
}

function problemsOf(choices: readonly Choice[]): readonly object[] {
  const chains = Object.assign({}, ...choices.map(({ others }) => others?.chains ?? {})) as Record<string, object>;
  const guardians = Object.assign({}, ...choices.map(({ others }) => others?.guardians ?? {})) as object;
  const alpha = Object.assign({}, ...choices.map((choice) => choice.alpha)) as object;
  return validateHyperchains({
    stake: { unbondingSeconds: 3_000_000 },
    ...(Object.keys(guardians).length > 0 ? { guardians } : {}),
    chains: { alpha, ...chains },
  });
}
