import { useEffect, useReducer, useRef } from "react";

interface Props {
  readonly label: string;
  readonly type: "date" | "datetime-local";
  readonly value: string;
  /** Called with what was typed when the field is left, or with Enter: half a date is none. */
  readonly take: (typed: string) => void;
}

/** A date in a filter; it follows the address when that changes. */
export function LeftField({ label, type, value, take }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [round, restore] = useReducer((before: number) => before + 1, 0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was typed may have changed nothing
  useEffect(() => {
    if (input.current) input.current.value = value;
  }, [value, round]);
  const leave = () => {
    const { value: typed, validity } = input.current ?? {};
    if (typed !== undefined && typed !== value && !validity?.badInput) take(typed);
    restore();
  };
  return (
    <label className="field">
      {label}{" "}
      <input
        ref={input}
        type={type}
        step={type === "date" ? undefined : 1}
        defaultValue={value}
        onBlur={leave}
        onKeyDown={(event) => {
          if (event.key === "Enter") leave();
        }}
      />
    </label>
  );
}
