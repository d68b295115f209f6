import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** How wide an element is (CSS pixels), followed as it changes. */
export function useWidth<T extends Element>(first: number) {
  const of = useRef<T>(null);
  const [width, set] = useState(first);
  useLayoutEffect(() => {
    const element = of.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => set(Math.round(element.clientWidth) || first));
    observer.observe(element);
    return () => observer.disconnect();
  }, [first]);
  return { of, width };
}
