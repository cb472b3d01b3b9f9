import { Said } from "./words.tsx";

/** Page for a link without a target, which any account may have written. */
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
