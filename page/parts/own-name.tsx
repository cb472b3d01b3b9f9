import { named, tagsIn } from "../address-book.ts";
import { useNames } from "../names.ts";
import { Tags } from "./links.tsx";

/** Form for the reader's name of an address; the browser stores it. */
export function OwnName({ address }: { readonly address: string }) {
  const { book, keep } = useNames();
  const entry = book[address.toLowerCase()];
  const submit = (event: Event): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const [name, tags] = ["own-name", "tags"].map((field) => String(fields.get(field) ?? ""));
    keep(named(book, address, { name: name ?? "", tags: tagsIn(tags ?? "") }));
  };
  return (
    <details key={address}>
      <summary>
        {entry === undefined ? (
          "Give it a name"
        ) : (
          <>
            You call it <bdi>{entry.name}</bdi>
          </>
        )}
        <Tags address={address} />
      </summary>
      <form class="actions" aria-label={`your name for ${address}`} onSubmit={submit} key={JSON.stringify(entry)}>
        <input name="own-name" aria-label="name" placeholder="name" maxLength={40} defaultValue={entry?.name ?? ""} />
        <input name="tags" aria-label="tags" placeholder="tags, with commas" defaultValue={entry?.tags.join(", ") ?? ""} />
        <button>Keep</button>
        {entry !== undefined && (
          <button type="button" onClick={() => keep(named(book, address, { name: "", tags: [] }))}>
            Forget
          </button>
        )}
      </form>
    </details>
  );
}
