import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useLayoutEffect, useRef, useState } from "react";

/** Which rows of a long table are near the screen, and the heights of those left out above and below. */
export interface RowWindow {
  /** For the table's body: where the window begins. */
  readonly body: React.RefObject<HTMLTableSectionElement | null>;
  readonly above: number;
  readonly below: number;
  readonly indexes: readonly number[];
  /** For each row, with its index as data-index: its real height counts. */
  readonly measure: (row: HTMLElement | null) => void;
  /** Brings a row onto the screen, as little as is needed. */
  readonly show: (index: number) => void;
}

/** rowHeight: in pixels, about. Rows scroll with the page. */
export function useRowWindow(count: number, rowHeight: number): RowWindow {
  const body = useRef<HTMLTableSectionElement>(null);
  const top = useTop(body);
  const rows = useWindowVirtualizer({
    count,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: top,
    scrollPaddingStart: headerHeight,
    scrollPaddingEnd: rowHeight,
  });
  const items = rows.getVirtualItems();
  return {
    body,
    above: Math.max(0, (items[0]?.start ?? top) - top),
    below: Math.max(0, rows.getTotalSize() + top - (items.at(-1)?.end ?? top)),
    indexes: items.map(({ index }) => index),
    measure: rows.measureElement,
    show: useCallback((index: number) => rows.scrollToIndex(index), [rows]),
  };
}

/** What covers the upper end of the screen: the page's header. */
const headerHeight = 112;

/** How far the body is from the top of the page; what stands above it comes, goes and grows. */
function useTop(body: RowWindow["body"]): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      const element = body.current;
      if (element) setTop(Math.round(element.getBoundingClientRect().top + window.scrollY));
    };
    measure();
    const moved = new ResizeObserver(measure);
    moved.observe(document.body);
    return () => moved.disconnect();
  }, [body]);
  return top;
}
