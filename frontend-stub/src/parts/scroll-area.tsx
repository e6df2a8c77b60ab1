import type { ReactNode } from "react";

/** A wide table scrolls by itself, with the keyboard too. */
export function ScrollArea({ label, card, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to take the focus
    <section className={card ? "card scroll" : "scroll"} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

interface Props {
  readonly label: string;
  readonly card?: boolean;
  readonly children: ReactNode;
}
