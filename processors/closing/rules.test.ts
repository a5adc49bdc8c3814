import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { concluded, type Setting } from './testing/concluded.ts';

/** A call of two legs in boot b1 of pbx1, heard until 100 s. */
const talking = `
  0    leg.created  a boot=b1 dir=in
  1    leg.created  b boot=b1 dir=out
  5    leg.answered b boot=b1
  5.1  leg.bridged  a boot=b1 with=b`;

type Case = readonly [name: string, more: string, setting: Setting, concluded: readonly string[]];

const check = (cases: readonly Case[]): void => {
  for (const [name, more, setting, expected] of cases) {
    test(name, () => assert.deepEqual(concluded(`${talking}\n${more}`, setting), expected));
  }
};

const heartbeats = (boot: string, ...seconds: readonly number[]): string =>
  seconds.map((second) => `${second} switch.heartbeat - call= boot=${boot}`).join('\n');

suite('new boot: the switch was started again', () => {
  check([
    [
      'every leg of the older boot ended when that boot was last heard',
      `${heartbeats('b1', 60, 80)}\n${heartbeats('b2', 120)}`,
      { now: 200 },
      ['a new_boot 80', 'b new_boot 80'],
    ],
    [
      'any event shows the new boot, and events of other calls show how long the old one lived',
      `
        95  leg.ended   x boot=b1 call=x
        130 leg.created y boot=b2 call=y dir=in`,
      { now: 200 },
      ['a new_boot 95', 'b new_boot 95'],
    ],
    [
      'a leg that ended is left alone',
      `9 leg.ended b boot=b1\n${heartbeats('b1', 60)}\n${heartbeats('b2', 120)}`,
      { now: 200 },
      ['a new_boot 60'],
    ],
    ['the only boot', heartbeats('b1', 60, 80), { now: 200 }, []],
    ['another switch', '120 switch.heartbeat - call= boot=b2 switch=pbx2', { now: 200 }, []],
    ['another tenant’s switch of the same name', '120 switch.started - call= boot=b2 tenant=umbra', { now: 200 }, []],
    ['a boot that was over before this one', `${heartbeats('b0', -900)}\n${heartbeats('b1', 80)}`, { now: 200 }, []],
    [
      'two switches under one name take turns: neither boot is over',
      `${heartbeats('b1', 60, 80, 100, 120)}\n${heartbeats('b2', 70, 90, 110)}`,
      { now: 200 },
      [],
    ],
    [
      'what contradicts it may still be on its way',
      `${heartbeats('b1', 80)}\n${heartbeats('b2', 120)}`,
      { now: 149 },
      [],
    ],
    [
      'the old boot was heard a moment ago, by our clock',
      `80 switch.heartbeat - call= boot=b1 observed=185\n${heartbeats('b2', 120)}`,
      { now: 200 },
      [],
    ],
    [
      'the clock was set back at the restart: which boot is later cannot be told by it, silence of the old boot can',
      `
        80   switch.heartbeat - call= boot=b1
        -500 switch.heartbeat - call= boot=b2 observed=120
        -100 switch.heartbeat - call= boot=b2 observed=990`,
      { now: 1000 },
      ['a silence 80', 'b silence 80'],
    ],
  ]);

  test('legs without a boot are over when the switch says it started, and only then', () => {
    const call = `
      0 leg.created a dir=in
      5 leg.answered a`;
    const started = '60 switch.started - call=';
    assert.deepEqual(concluded(`${call}\n${started}`, { now: 200 }), ['a new_boot 5']);
    assert.deepEqual(concluded(`${call}\n${heartbeats('b9', 60)}`, { now: 200 }), []);
    assert.deepEqual(concluded(`${call}\n70 leg.held a\n${started}`, { now: 200 }), []);
  });

  test('a start without a boot ends the legs of the boots before it', () => {
    assert.deepEqual(concluded(`${talking}\n60 switch.started - call=`, { now: 200 }), [
      'a new_boot 5.1',
      'b new_boot 5.1',
    ]);
  });
});

suite('channel gone: the switch lists its channels, and the leg is not among them', () => {
  check([
    [
      'the leg ended when it was last listed',
      `
        60  switch.channels - call= boot=b1 legs=a,b
        120 switch.channels - call= boot=b1 legs=a`,
      { now: 200 },
      ['b channel_gone 60'],
    ],
    [
      'never listed: it ended with its last event, each leg with its own',
      '120 switch.channels - call= boot=b1',
      { now: 200 },
      ['a channel_gone 5.1', 'b channel_gone 5'],
    ],
    ['listed', '120 switch.channels - call= boot=b1 legs=a,b', { now: 200 }, []],
    [
      'listed again: the later list counts',
      `
        60  switch.channels - call= boot=b1
        120 switch.channels - call= boot=b1 legs=a,b`,
      { now: 200 },
      [],
    ],
    ['the list was made while the leg was created', '5.5 switch.channels - call= boot=b1 legs=a', { now: 200 }, []],
    [
      'the leg told something after the list was made',
      `
        60 switch.channels - call= boot=b1
        61 leg.held a boot=b1
        61 leg.held b boot=b1`,
      { now: 200 },
      [],
    ],
    ['its hang-up may still be on its way', '120 switch.channels - call= boot=b1', { now: 149 }, []],
    [
      'a list of another boot, whose clock cannot be compared',
      '120 switch.channels - call= boot=b0 observed=190',
      { now: 200 },
      [],
    ],
    [
      'it is more exact than a restart: a leg that was gone before ended before',
      `
        30  switch.channels  - call= boot=b1 legs=a,b
        60  switch.channels  - call= boot=b1 legs=a
        90  switch.heartbeat - call= boot=b1
        120 switch.heartbeat - call= boot=b2`,
      { now: 200 },
      ['a new_boot 90', 'b channel_gone 30'],
    ],
  ]);
});

suite('silence: neither the call nor its switch was heard', () => {
  const hour = 3600;
  check([
    [
      'of a switch that tells heartbeats: the legs ended when it was last heard',
      heartbeats('b1', 60, 80),
      { now: 80 + 901 },
      ['a silence 80', 'b silence 80'],
    ],
    ['not for long enough', heartbeats('b1', 60, 80), { now: 80 + 899 }, []],
    [
      'the switch is heard: a call is not ended for saying nothing',
      heartbeats('b1', 60, 30 * hour),
      { now: 30 * hour },
      [],
    ],
    [
      'another call on the switch is heard',
      `${heartbeats('b1', 60)}\n2000 leg.created x call=x boot=b1 dir=in`,
      { now: 2100 },
      [],
    ],
    ['a switch that never tells heartbeats may have nothing to say', '', { now: 2 * hour }, []],
    ['but not for hours', '', { now: 4 * hour + 10 }, ['a silence 5.1', 'b silence 5.1']],
    [
      'heard late: what counts is when we heard of it',
      `80 switch.heartbeat - call= boot=b1 observed=1500`,
      { now: 1600 },
      [],
    ],
    [
      'what others tell of the call is no sign of its life',
      `${heartbeats('b1', 60)}
       900 recording.stored a
       900 cost.added -`,
      { now: 1100 },
      ['a silence 60', 'b silence 60'],
    ],
  ]);
});

suite('legs on several switches', () => {
  const acrossTwo = `
    0 leg.created  a switch=edge boot=e1 dir=in
    1 leg.created  b switch=pbx  boot=p1 dir=out
    5 leg.answered b switch=pbx  boot=p1`;
  const beats = (name: string, boot: string, ...seconds: readonly number[]): string =>
    seconds.map((second) => `${second} switch.heartbeat - call= switch=${name} boot=${boot}`).join('\n');

  test('what happened to one switch ends the legs on it only', () => {
    const told = `${acrossTwo}\n${beats('edge', 'e1', 50)}\n${beats('edge', 'e2', 90)}\n${beats('pbx', 'p1', 50, 190)}`;
    assert.deepEqual(concluded(told, { now: 200 }), ['a new_boot 50']);
  });

  test('a leg on a switch that lives keeps silence from the others’ legs as long as the call is heard', () => {
    const told = `${acrossTwo}\n${beats('edge', 'e1', 50)}\n${beats('pbx', 'p1', 50, 1990)}`;
    assert.deepEqual(concluded(`${told}\n1900 leg.held b switch=pbx boot=p1`, { now: 2000 }), []);
    assert.deepEqual(concluded(told, { now: 2000 }), ['a silence 50']);
  });

  test('each leg’s last sign is by the clock of its own switch', () => {
    const told = `${acrossTwo}
      -3500 switch.heartbeat - call= switch=edge boot=e1 observed=60
      80    switch.heartbeat - call= switch=pbx boot=p1`;
    assert.deepEqual(concluded(told, { now: 1000 }), ['a silence 0', 'b silence 80']);
  });
});

suite('calls without an open leg', () => {
  const queued = '0 queue.refused - boot=b1';

  test('end by their own silence, whatever their switch does', () => {
    assert.deepEqual(concluded(`${queued}\n${heartbeats('b1', 60, 890)}`, { now: 901 }), ['- silence 0']);
    assert.deepEqual(concluded(`${queued}\n${heartbeats('b1', 60)}`, { now: 800 }), []);
  });

  test('are left alone when the switch said that they ended', () => {
    assert.deepEqual(concluded('0 leg.created a dir=in\n9 call.ended -', { now: 90_000 }), []);
  });
});

suite('a conclusion that was drawn', () => {
  const crashed = `${heartbeats('b1', 80)}\n${heartbeats('b2', 120)}`;
  const inferred = (leg: string, second: number): string =>
    `${second} call.end_inferred ${leg} boot=b1 last=${Date.UTC(2026, 0, 5, 10) * 1000 + second * 1e6}`;

  check([
    ['is not drawn again', `${crashed}\n${inferred('a', 80)}\n${inferred('b', 80)}`, { now: 200 }, []],
    ['holds for its leg only', `${crashed}\n${inferred('a', 80)}`, { now: 200 }, ['b new_boot 80']],
    [
      'is void when the leg was alive after it, and is drawn anew from what is known then',
      `${crashed}\n${inferred('a', 80)}\n${inferred('b', 80)}\n85 leg.held a boot=b1`,
      { now: 200 },
      ['a new_boot 85'],
    ],
    [
      'holds although an older event of the leg comes later',
      `${crashed}\n${inferred('a', 80)}\n${inferred('b', 80)}\n70 leg.held a boot=b1 observed=300`,
      { now: 400 },
      [],
    ],
  ]);
});
