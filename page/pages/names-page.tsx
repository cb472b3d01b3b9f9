import { useState } from "preact/hooks";
import { bookAsJson, joined, named, readBook, tagsIn } from "../address-book.ts";
import { useEcosystem } from "../ecosystem.ts";
import { plural } from "../format.ts";
import { useNames } from "../names.ts";
import { Section, Table } from "../parts/layout.tsx";
import { AddressLink } from "../parts/links.tsx";
import { OwnName } from "../parts/own-name.tsx";
import { saveFile } from "../save-file.ts";

/** The reader's address book, which this browser keeps. */
export function NamesPage() {
  const { info } = useEcosystem();
  const { book, keep } = useNames();
  const entries = Object.entries(book).sort(([, a], [, b]) => a.name.localeCompare(b.name));
  const on = info.chains[0]?.name ?? info.l1.name;
  return (
    <>
      <h1>Address book</h1>
      <p>
        Your own names and tags of addresses. This browser keeps them, and they stand wherever the addresses do, before all other
        names; forms take them, and the search finds them.
      </p>
      <Add />
      <Table
        caption="Your names"
        columns={["name", "address", "change"]}
        empty="You have named no address yet: do so here, or on an address's page."
        rows={entries.map(([address]) => ({
          key: address,
          cells: [<AddressLink chain={on} address={address} />, <code>{address}</code>, <OwnName address={address} />],
        }))}
      />
      <Section title="As a file">
        <div class="actions">
          <button disabled={entries.length === 0} onClick={() => saveFile("names.json", "application/json", bookAsJson(book))}>
            Save as JSON
          </button>
          <Load load={(file) => keep(joined(book, file))} />
        </div>
      </Section>
    </>
  );
}

function Add() {
  const { book, keep } = useNames();
  const submit = (event: Event): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const fields = new FormData(form);
    const [address = "", name = "", tags = ""] = ["address", "own-name", "tags"].map((field) => String(fields.get(field) ?? ""));
    keep(named(book, address.trim(), { name, tags: tagsIn(tags) }));
    form.reset();
  };
  return (
    <form class="fields" aria-label="name an address" onSubmit={submit}>
      <input
        name="address"
        required
        pattern="\s*0x[0-9a-fA-F]{40}\s*"
        title="an address: 0x and 40 hexadecimal digits"
        aria-label="address to name"
        placeholder="0x…"
        autoComplete="off"
      />
      <input name="own-name" required maxLength={40} aria-label="its name" placeholder="name" autoComplete="off" />
      <input name="tags" aria-label="its tags" placeholder="tags, with commas" autoComplete="off" />
      <button>Add</button>
    </form>
  );
}

/** Takes the names of a file; those of addresses that have one already are left. */
function Load({ load }: { readonly load: (file: ReturnType<typeof readBook>) => void }) {
  const { book } = useNames();
  const [told, tell] = useState("");
  const read = async (input: HTMLInputElement): Promise<void> => {
    const [file] = input.files ?? [];
    if (file === undefined) return;
    try {
      const found = readBook(await file.text());
      const fresh = Object.keys(found).filter((address) => book[address] === undefined).length;
      const known = Object.keys(found).length - fresh;
      load(found);
      tell(`${plural(fresh, "name")} taken${known === 0 ? "" : `; ${plural(known, "address", "addresses")} had one already`}`);
    } catch {
      tell(`${file.name} holds no JSON`);
    }
    input.value = "";
  };
  return (
    <>
      <label>
        Take names of a file{" "}
        <input type="file" accept=".json,application/json" onChange={({ currentTarget }) => void read(currentTarget)} />
      </label>
      <span role="status">{told}</span>
    </>
  );
}
