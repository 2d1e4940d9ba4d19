/** The part of the Web's `Storage` that is needed here. Every call may throw: full, forbidden, private. */
export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}
