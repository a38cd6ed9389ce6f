import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { EndKeeper } from '../../../src/webview/ui/chatEnd.ts';

/** A box that keeps its position in bounds, as the DOM does. */
class Box {
  scrollHeight = 500;
  clientHeight = 100;
  #top = 0;

  get scrollTop(): number {
    return Math.min(this.#top, this.scrollHeight - this.clientHeight);
  }

  set scrollTop(top: number) {
    this.#top = Math.max(0, Math.min(top, this.scrollHeight - this.clientHeight));
  }

  get fromEnd(): number {
    return this.scrollHeight - this.clientHeight - this.scrollTop;
  }
}

describe('the end of the chat', () => {
  let box: Box;
  let end: EndKeeper;
  beforeEach(() => {
    box = new Box();
    end = new EndKeeper(box);
    end.goToEnd();
    end.onScroll();
  });

  it('is kept when the box becomes smaller before the scroll event of the last line comes', () => {
    box.scrollHeight += 40;
    end.keep();
    box.clientHeight = 60;
    end.onScroll();
    assert.deepEqual([end.atEnd, box.fromEnd], [true, 0]);
  });

  it('is kept when the box becomes smaller or larger, or what is in it', () => {
    for (const [height, content] of [
      [60, 500],
      [200, 500],
      [100, 900],
      [100, 300],
    ] as const) {
      Object.assign(box, { clientHeight: height, scrollHeight: content });
      end.onScroll();
      end.keep();
      assert.deepEqual([end.atEnd, box.fromEnd], [true, 0]);
    }
  });

  it('is left by who scrolls up, in small steps too, until they are back', () => {
    for (let step = 0; step < 4; step++) {
      box.scrollTop -= 10;
      end.onScroll();
    }
    assert.equal(end.atEnd, false);
    box.scrollHeight += 40;
    end.keep();
    assert.equal(box.fromEnd, 80, 'a new line moves nothing');
    box.scrollTop += 30;
    end.onScroll();
    assert.deepEqual([end.atEnd, box.fromEnd], [false, 50]);
    box.scrollTop += 50;
    end.onScroll();
    assert.equal(end.atEnd, true);
  });

  it('is not left by a box that is hidden and comes back where it was', () => {
    box.clientHeight = 0;
    end.onScroll();
    end.keep();
    Object.assign(box, { clientHeight: 100, scrollTop: 0 });
    end.onScroll();
    assert.deepEqual([end.atEnd, box.fromEnd], [true, 0]);
  });
});
