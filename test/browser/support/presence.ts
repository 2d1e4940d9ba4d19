/** `<cable-presence>` over a scripted transport. */
import type { CablePresence } from '../../../widget/src/elements.js';
import { defineElements } from '../../../widget/src/elements.js';
import { type MemorySubscription, MemoryTransport, type PresenceEvent } from '../../../widget/src/testing.js';

defineElements();

const mounted = new Set<Element>();

export interface Mounted {
  readonly presence: CablePresence;
  readonly transport: MemoryTransport;
  readonly connection: MemorySubscription;
}

/** In the page, over a channel of its own, and connected; nothing is known yet. */
export async function mountPresence(set: (presence: CablePresence) => void = () => {}): Promise<Mounted> {
  const transport = new MemoryTransport();
  const presence = document.createElement('cable-presence');
  presence.transport = transport;
  presence.channel = 'RoomChannel';
  set(presence);
  place(presence);
  await presence.updateComplete;
  const connection = await transport.nextSubscription();
  connection.accept();
  return { presence, transport, connection };
}

/** The server's list; resolves when it is drawn. */
export async function show(
  { presence, connection }: Mounted,
  members: Readonly<Record<string, unknown>>,
): Promise<void> {
  connection.deliverPresence(listOf(members));
  await presence.updateComplete;
}

export function listOf(members: Readonly<Record<string, unknown>>): PresenceEvent {
  return { type: 'info', members: new Map(Object.entries(members)) };
}

/** That many people with names, some of them in other scripts. */
export function crowd(count: number): Record<string, { name: string }> {
  const names = ['Ada Lovelace', 'Grace Hopper', '王小明', 'Mary Jackson', 'שרה כהן', 'José Núñez', 'Alan Turing'];
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `user-${String(index).padStart(3, '0')}`,
      { name: names[index] ?? `Person ${index}` },
    ]),
  );
}

/** Puts an element into the page until `removeAll`. */
export function place<E extends Element>(element: E, into: ParentNode = document.body): E {
  into.append(element);
  mounted.add(element);
  return element;
}

export function removeAll(): void {
  for (const element of mounted) element.remove();
  mounted.clear();
}
