export { createLab } from './lab.js';
export type { Lab, LabParts } from './lab.js';
