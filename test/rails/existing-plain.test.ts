/** The chat into a plain app that is there, and out again. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { root } from '../../scripts/project.mjs';
import { startBrowser } from '../support/page.js';
import { goThere, makeExistingApp, type ExistingApp } from './support/existing.js';
import { say } from './support/say.js';

let browser: Browser;
let app: ExistingApp;

before(async () => {
  browser = await startBrowser();
  app = await makeExistingApp({
    files: {
      'config/routes.rb':
        '# Routes of a shop.\nRails.application.routes.draw do\n  resources :posts, only: :index\n  root "posts#index"\nend\n',
      'app/models/post.rb': 'class Post < ApplicationRecord\nend\n',
      'db/migrate/20240101000000_create_posts.rb':
        'class CreatePosts < ActiveRecord::Migration[7.2]\n  def change\n    create_table(:posts) { |t| t.string :title }\n  end\nend\n',
      'app/controllers/posts_controller.rb':
        'class PostsController < ApplicationController\n  def index\n    render plain: "posts"\n  end\nend\n',
      'test/controllers/posts_controller_test.rb':
        'require "test_helper"\n\nclass PostsControllerTest < ActionDispatch::IntegrationTest\n  test "posts are the first page" do\n    get root_path\n    assert_equal "posts", response.body\n  end\nend\n',
    },
  });
});
after(async () => {
  await browser?.close();
  app?.remove();
});

test('a look, a diff, in, its own tests and the chat’s, an answer, again, and out without a trace', async () => {
  await goThere({
    app,
    browser,
    path: '/chat',
    // By Rails' own command, which takes the scaffolder that lies beside the template.
    bring: async () => ({
      code: 0,
      output: await app.run('bin/rails', 'app:template', `LOCATION=${join(root, 'create-app/rails-template.rb')}`),
    }),
    async test() {
      // The chat's tests run in the app with models of its own, where they have more to stumble over.
      const only = process.env['TEST_FULL'] ? [] : ['test/controllers'];
      const output = await app.run('bin/rails', 'test', ...only);
      const [summary = '', runs = '0', , failures, errors] =
        /(\d+) runs, (\d+) assertions, (\d+) failures, (\d+) errors.*/.exec(output) ?? [];
      say(summary);
      assert.ok(Number(runs) > 10, output.slice(-2000));
      assert.deepEqual([failures, errors], ['0', '0'], output.slice(-4000));
    },
  });
});
