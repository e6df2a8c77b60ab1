import type { Client, Sink, SubscribePayload } from "graphql-ws/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ProgramEventsDocument, type ProgramEventsSubscription } from "../generated/operations";
import { followEvents } from "./events";
import { followStream } from "./stream";

type Event = ProgramEventsSubscription["programEvents"];

/** What a server would see of each subscription: the text that goes out, and a way to answer. */
class Socket {
  readonly opened: { payload: SubscribePayload; sink: Sink; open: boolean }[] = [];

  subscribe(payload: SubscribePayload, sink: Sink): () => void {
    const subscription = { payload, sink, open: true };
    this.opened.push(subscription);
    return () => {
      subscription.open = false;
    };
  }

  get last() {
    const last = this.opened.at(-1);
    if (!last) throw new Error("nothing was subscribed");
    return last;
  }

  sends(event: Partial<Event>): void {
    const programEvents = { type: "INTENT", entityId: "int_1", ...event };
    this.last.sink.next({ data: { programEvents } });
  }

  /** The variables as they would go over the wire now. */
  get after(): unknown {
    return JSON.parse(JSON.stringify(this.last.payload)).variables.after;
  }
}

let socket: Socket;
const happened = vi.fn();
const expired = vi.fn();
const follow = () =>
  followEvents(socket as unknown as Client, "prg_1", ["INTENT"], "c0", { happened, expired });

beforeEach(() => {
  socket = new Socket();
  vi.useFakeTimers();
  vi.clearAllMocks();
});
afterEach(() => void vi.useRealTimers());

it("begins at the list's cursor and moves with each event, marks included", () => {
  follow();
  expect(socket.after).toBe("c0");
  socket.sends({ cursor: "c1" });
  socket.sends({ cursor: "c2", type: "CURSOR", entityId: null });
  expect(socket.after).toBe("c2");
  expect(happened.mock.calls.map(([event]) => event.entityId)).toEqual(["int_1"]);
});

it("goes on from the last event when the server ends the stream", () => {
  follow();
  socket.sends({ cursor: "c7" });
  socket.last.sink.complete();
  vi.advanceTimersByTime(15_000);
  expect(socket.opened).toHaveLength(2);
  expect(socket.after).toBe("c7");
});

it("goes on after a coded refusal that passes", () => {
  follow();
  socket.last.sink.error([{ message: "", extensions: { code: "SERVICE_UNAVAILABLE" } }]);
  vi.advanceTimersByTime(15_000);
  expect(socket.opened).toHaveLength(2);
});

it("asks for a new list, once, when its cursor has expired", () => {
  follow();
  socket.last.sink.error([{ message: "", extensions: { code: "CURSOR_EXPIRED" } }]);
  vi.advanceTimersByTime(60_000);
  expect(expired).toHaveBeenCalledOnce();
  expect(socket.opened).toHaveLength(1);
});

it("is silent after it was stopped", () => {
  const stop = follow();
  stop();
  expect(socket.last.open).toBe(false);
  socket.last.sink.complete();
  vi.advanceTimersByTime(60_000);
  expect(socket.opened).toHaveLength(1);
});

it("waits as long as the server wants", () => {
  follow();
  socket.last.sink.error([
    { message: "", extensions: { code: "RATE_LIMITED", retryAfterSeconds: 30 } },
  ]);
  vi.advanceTimersByTime(29_000);
  expect(socket.opened).toHaveLength(1);
  vi.advanceTimersByTime(2_000);
  expect(socket.opened).toHaveLength(2);
});

it("asks less and less often for a stream that ends after each value", () => {
  follow();
  for (let seconds = 0; seconds < 60; seconds += 0.1) {
    if (socket.last.open) {
      socket.sends({ cursor: "c1" });
      socket.last.open = false;
      socket.last.sink.complete();
    }
    vi.advanceTimersByTime(100);
  }
  expect(socket.opened.length).toBeLessThan(15);
});

it("asks no more after the last value", () => {
  const next = vi.fn(() => true);
  followStream(socket as unknown as Client, ProgramEventsDocument, {} as never, { next });
  socket.sends({ cursor: "c1" });
  socket.last.sink.complete();
  vi.advanceTimersByTime(60_000);
  expect(next).toHaveBeenCalledOnce();
  expect(socket.opened).toHaveLength(1);
});
