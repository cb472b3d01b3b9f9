import type { BatchInfo } from "../answers.ts";
import { count } from "../format.ts";
import { Section, Table } from "./layout.tsx";

const KINDS: Readonly<Record<keyof BatchInfo["changes"], string>> = {
  storage: "storage slots of contracts",
  account: "accounts: balance and nonce",
  codeHash: "codes of accounts",
  codeDigest: "digests of codes, for proofs",
};

/** Changes of the chain's state by the batch. */
export function BatchChanges({ batch: { changes, pubdataBytes } }: { readonly batch: BatchInfo }) {
  return (
    <Section title="What it changed">
      <Table
        caption={`Leaves of the state by their kinds; with messages and new codes they are ${count(pubdataBytes)} bytes of data`}
        columns={["kind", "new", "changed"]}
        empty=""
        rows={Object.entries(KINDS).map(([kind, words]) => {
          const { inserted, updated } = changes[kind as keyof typeof KINDS];
          return { key: kind, cells: [words, count(inserted), count(updated)] };
        })}
      />
    </Section>
  );
}
