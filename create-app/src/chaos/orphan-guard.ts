import { spawn } from 'node:child_process';

/**
 * Sees to it that a process does not outlive this one, however this one ends: a test's runner kills it with SIGTERM or
 * SIGKILL at its deadline, and nobody would be left to stop what it had started. A shell waits at a pipe that only this
 * process holds open; when it breaks, the shell kills.
 *
 * @param pid of a process, or of the leader of a group
 * @returns ends the guard; for when the process has ended, so that its id may belong to another
 */
export function guardAgainstOrphans(pid: number, isGroup: boolean): () => void {
  const guard = spawn('/bin/sh', ['-c', 'read -r _; kill -s KILL -- "$0"', isGroup ? `-${pid}` : String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A session of its own, so that Ctrl+C at the terminal does not end it before its work is done.
    detached: true,
  });
  // Where there is no shell, processes end as they do anywhere: by whoever started them, if that gets to it.
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  guard.unref();
  // A pipe is a socket in Node, which its type does not say.
  (guard.stdin as unknown as { unref(): void }).unref();
  return () => guard.kill('SIGKILL');
}
