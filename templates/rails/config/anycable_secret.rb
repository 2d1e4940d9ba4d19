# frozen_string_literal: true

require "securerandom"

# The one secret of AnyCable: its server and Rails derive the keys of tokens, signed streams, broadcasts and RPC from it.
# https://docs.anycable.io/anycable-go/configuration
#
# It comes from the environment. In development and in tests, where there is none, it is made once and kept in tmp, as Rails
# does with its own; so every process of the application has the same one. Plain Ruby: bin/thrust needs it without Rails.
module AnyCableSecret
  PATH = File.expand_path("../tmp/anycable_secret.txt", __dir__)

  module_function

  # nil where there must be one and is none.
  def read
    given = ENV["ANYCABLE_SECRET"].to_s.strip
    return given unless given.empty?

    local if %w[development test].include?(environment)
  end

  def environment
    ENV["RAILS_ENV"] || ENV["RACK_ENV"] || "development"
  end

  def local
    written = File.exist?(PATH) ? File.read(PATH).strip : ""
    written.empty? ? write : written
  end
  private_class_method :local

  # Whole or not at all, and once: of two processes that start together, the later one reads what the earlier one wrote.
  def write
    require "fileutils"
    FileUtils.mkdir_p(File.dirname(PATH))
    draft = "#{PATH}.#{Process.pid}"
    File.write(draft, SecureRandom.hex(32), perm: 0o600)
    begin
      File.link(draft, PATH)
    rescue Errno::EEXIST
      # The other one was quicker.
    end
    File.read(PATH).strip
  ensure
    FileUtils.rm_f(draft) if draft
  end
  private_class_method :write
end
