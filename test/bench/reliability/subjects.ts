/** Who is compared. */

export type BackendName = 'anycable' | 'embedded';
export type ClientKind = 'actioncable' | 'anycable' | 'anycable-extended' | 'cable-chat';

export interface Subject {
  readonly name: string;
  readonly client: ClientKind;
  readonly backend: BackendName;
  /** Held to the promises of this project. */
  readonly isOurs: boolean;
}

export const SUBJECTS: readonly Subject[] = [
  { name: '@rails/actioncable', client: 'actioncable', backend: 'anycable', isOurs: false },
  { name: '@anycable/web, createCable()', client: 'anycable', backend: 'anycable', isOurs: false },
  { name: '@anycable/web, extended, history', client: 'anycable-extended', backend: 'anycable', isOurs: false },
  { name: 'cable-chat on AnyCable', client: 'cable-chat', backend: 'anycable', isOurs: true },
  { name: 'cable-chat, embedded server', client: 'cable-chat', backend: 'embedded', isOurs: true },
];
