import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** Width of an element in pixels, also after it changes. */
export function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, set] = useState(900);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    set(element.clientWidth);
    const observer = new ResizeObserver(() => set(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}
