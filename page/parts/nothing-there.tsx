import { Said } from "./words.tsx";

/** Where a link leads to nothing. A stranger may have written it. */
export function NothingThere({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <>
      <h1>Nothing is here</h1>
      <p class="bad" role="alert">
        The link is wrong: “<Said text={text} />” is {what}.
      </p>
    </>
  );
}
