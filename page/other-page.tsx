import { useEffect, useState } from "preact/hooks";
import { Skeleton } from "./parts/layout.tsx";
import type { Others } from "./pages/others.tsx";
import type { Route } from "./route.ts";

/** A page that the first view does not need: what shows it is loaded with the first one of them. */
export function OtherPage({ route }: { readonly route: Route }) {
  const [others, set] = useState<Others>();
  const [refused, refuse] = useState<string>();
  useEffect(() => {
    import("./pages/others.tsx").then(set, (error: unknown) => refuse(error instanceof Error ? error.message : String(error)));
  }, []);
  if (others !== undefined) return <others.Other route={route} />;
  return refused === undefined ? (
    <Skeleton />
  ) : (
    <p class="bad" role="alert">
      The rest of the page cannot be loaded; load it anew: {refused}
    </p>
  );
}
