import { useState } from "preact/hooks";

/** Puts a text on the clipboard, and says so. `what` names it for readers that cannot see where the button stands. */
export function CopyButton({ what, text }: { readonly what: string; readonly text: string }) {
  const [told, tell] = useState("copy");
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => tell("copied"),
      () => tell("refused"),
    );
  };
  return (
    <button class="copy" aria-label={`${told} ${what}`} onClick={copy}>
      {told}
    </button>
  );
}
