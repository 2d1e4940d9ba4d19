import { expect } from '@open-wc/testing';
import { FrameScheduler } from '../../../widget/src/controllers/frame-scheduler.js';

describe('the frame scheduler', () => {
  it('runs once for many requests, with the frame', async () => {
    let runs = 0;
    const scheduler = new FrameScheduler(() => runs++);
    scheduler.request();
    scheduler.request();
    expect(runs).to.equal(0);
    await new Promise((resolve) => requestAnimationFrame(resolve));
    expect(runs).to.equal(1);
    scheduler.request();
    scheduler.flush();
    scheduler.flush();
    expect(runs).to.equal(2);
  });

  it('runs in a hidden tab, where no frame comes', async () => {
    const { requestAnimationFrame } = window;
    window.requestAnimationFrame = () => 0;
    try {
      await new Promise<void>((resolve) => new FrameScheduler(resolve).request());
    } finally {
      window.requestAnimationFrame = requestAnimationFrame;
    }
  });

  it('does nothing after it was cancelled', async () => {
    let runs = 0;
    const scheduler = new FrameScheduler(() => runs++);
    scheduler.request();
    scheduler.cancel();
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    expect(runs).to.equal(0);
  });
});
