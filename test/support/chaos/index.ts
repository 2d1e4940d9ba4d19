/**
 * The chaos kit: what networks, servers and browsers do to a chat, on purpose and again at will. It knows nothing of our
 * server, our protocol or a test runner, and runs against any backend.
 *
 * | on | by |
 * | --- | --- |
 * | the wire | `startChaosProxy`: RST, FIN, cuts in mid-frame, bytes one by one, black holes, latency, loss on a live link |
 * | the server | `startProcess`: SIGSTOP, SIGKILL, restart |
 * | the page | `launchLivelyBrowser` and `openPageFaults`: freeze, back/forward cache, reload, second tab, offline, clock |
 * | all of it | `drawSchedule` and `runSchedule`: faults as data, aimed at progress, repeated from a seed, shrunk |
 *
 * Only the page's part needs a package (playwright-core), and loads it when a browser is started.
 */
export { launchLivelyBrowser } from './browser.js';
export type { LivelyBrowser, LivelyBrowserOptions } from './browser.js';
export type { ChaosConnection } from '../../../create-app/src/chaos/connection.js';
export { COUNTERS } from '../../../create-app/src/chaos/counts.js';
export type { ConnectionCounts, DirectionCounts } from '../../../create-app/src/chaos/counts.js';
export { ChaosError } from '../../../create-app/src/chaos/errors.js';
export type { ChaosReason } from '../../../create-app/src/chaos/errors.js';
export type * from '../../../create-app/src/chaos/faults.js';
export { startProcess } from '../../../create-app/src/chaos/managed-process.js';
export type { ManagedProcess, ProcessEnd, ProcessOptions } from '../../../create-app/src/chaos/managed-process.js';
export { openPageFaults } from './page-faults.js';
export type { AsyncLift, PageFaults, PageFaultsOptions } from './page-faults.js';
export { Progress } from '../../../create-app/src/chaos/progress.js';
export { startChaosProxy } from '../../../create-app/src/chaos/proxy.js';
export type { ChaosProxy, ChaosProxyOptions, ProxyCounts } from '../../../create-app/src/chaos/proxy.js';
export { Random } from '../../../create-app/src/chaos/random.js';
export { linkMenu, pageMenu, processMenu } from './menus.js';
export { parseSchedule } from './parse-schedule.js';
export { runSchedule } from './run-schedule.js';
export type { RunOptions, ScheduleEvent, Targets } from './run-schedule.js';
export { drawSchedule, printSchedule, shrinkSchedule, smallerSchedules } from './schedule.js';
export type { MenuItem, Schedule, ScheduleShape, ScheduledFault, ShrinkOptions } from './schedule.js';
