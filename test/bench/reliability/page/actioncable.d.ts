/** The part of @rails/actioncable that is used here; the package has no types. */
declare module '@rails/actioncable' {
  export interface Consumer {
    readonly subscriptions: {
      create(
        channel: Readonly<Record<string, unknown>>,
        callbacks: { connected(): void; received(message: unknown): void },
      ): unknown;
    };
    disconnect(): void;
  }
  export function createConsumer(url: string): Consumer;
}
