/** The chat into an app whose JavaScript is bundled by esbuild, started by a Procfile, and tested by RSpec. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { root } from '../../scripts/project.mjs';
import { startBrowser } from '../support/page.js';
import { goThere, makeExistingApp, type ExistingApp } from './support/existing.js';
import { say } from './support/say.js';

// The app's `npm run build` was run already, and needs no network.
const env = { SKIP_JS_BUILD: '1' };
let browser: Browser;
let app: ExistingApp;

before(async () => {
  browser = await startBrowser();
  app = await makeExistingApp({
    env,
    flags: ['--skip-test', '--skip-javascript'],
    gems: ['gem "jsbundling-rails"', 'gem "rspec-rails", "~> 7.1", group: %i[ development test ]'],
    files: {
      'package.json':
        '{\n  "name": "shop",\n  "private": true,\n  "scripts": {\n    "build": "esbuild app/javascript/*.* --bundle --format=esm --outdir=app/assets/builds"\n  }\n}\n',
      'Procfile.dev': 'web: env RUBY_DEBUG_OPEN=true bin/rails server\njs: npm run build -- --watch\n',
      'bin/dev':
        '#!/usr/bin/env sh\n\nexport PORT="${PORT:-3000}"\nexec foreman start -f Procfile.dev --env /dev/null "$@"\n',
      'app/javascript/application.js': 'document.documentElement.dataset.shop = "open";\n',
      'app/assets/builds/.keep': '',
      'app/assets/config/manifest.js':
        '//= link_tree ../images\n//= link_directory ../stylesheets .css\n//= link_tree ../builds\n',
      'app/models/post.rb': 'class Post < ApplicationRecord\nend\n',
      'db/migrate/20240101000000_create_posts.rb':
        'class CreatePosts < ActiveRecord::Migration[7.2]\n  def change\n    create_table(:posts) { |t| t.string :title }\n  end\nend\n',
      'config/routes.rb': 'Rails.application.routes.draw do\n  root "pages#home"\nend\n',
      'app/controllers/pages_controller.rb': 'class PagesController < ApplicationController\n  def home\n  end\nend\n',
      'app/views/pages/home.html.erb': '<h1>Shop</h1>\n<%= javascript_include_tag "application", type: "module" %>\n',
      '.rspec': '--require spec_helper\n',
      'spec/spec_helper.rb': 'RSpec.configure { |config| config.order = :random }\n',
      'spec/rails_helper.rb':
        'require "spec_helper"\nENV["RAILS_ENV"] ||= "test"\nrequire_relative "../config/environment"\nrequire "rspec/rails"\nActiveRecord::Migration.maintain_test_schema!\n',
      'spec/requests/pages_spec.rb':
        'require "rails_helper"\n\nRSpec.describe "Pages", type: :request do\n  it "shows the shop" do\n    get "/"\n    expect(response.body).to include("<h1>Shop</h1>")\n  end\nend\n',
    },
    change(made) {
      made.write('.gitignore', `${made.read('.gitignore')}/app/assets/builds/*\n!/app/assets/builds/.keep\n`);
    },
  });
  const esbuild = join(root, 'node_modules/.bin/esbuild');
  await app.run(esbuild, 'app/javascript/application.js', '--bundle', '--outdir=app/assets/builds');
});
after(async () => {
  await browser?.close();
  app?.remove();
});

test('a look, a diff, in, its own specs, an answer, again, and out without a trace', async () => {
  await goThere({
    app,
    browser,
    path: '/chat',
    env,
    async test() {
      assert.equal(
        app.read('Procfile.dev'),
        'web: env RUBY_DEBUG_OPEN=true bin/thrust bin/rails server -b 127.0.0.1\njs: npm run build -- --watch\njobs: bin/jobs\n',
      );
      const [summary = ''] = /\d+ examples?, .*/.exec(await app.run('bundle', 'exec', 'rspec')) ?? [];
      say(summary);
      assert.equal(summary, '1 example, 0 failures');
    },
  });
});
