# frozen_string_literal: true

require "cable_chat_test_helper"
require "socket"

# A provider's server for one test: real HTTP on a free port, which says exactly the bytes that it is told to, and keeps what it
# was asked.
class WireServer
  attr_reader :requests, :url

  # answers: for each connection an Array of Strings that are written one by one; then it is closed.
  def initialize(*answers)
    @server = TCPServer.new("127.0.0.1", 0)
    @url = "http://127.0.0.1:#{@server.addr[1]}"
    @requests = []
    @thread = Thread.new { answers.each { |writes| serve(@server.accept, writes) } }
  end

  def stop
    @thread.kill
    @thread.join
    @server.close
  end

  # An answer of server-sent events. `cut`: how many bytes are written at a time.
  def self.events(*events, status: "200 OK", cut: 1_000, headers: {})
    body = events.map { |event| "data: #{event.is_a?(String) ? event : event.to_json}\n\n" }.join
    head = { "content-type" => "text/event-stream", "connection" => "close", **headers }.map { |name, value| "#{name}: #{value}\r\n" }
    [ "HTTP/1.1 #{status}\r\n#{head.join}\r\n", *body.b.scan(/.{1,#{cut}}/mn) ]
  end

  def self.failure(status, body, headers: {})
    text = body.is_a?(String) ? body : body.to_json
    head = { "content-type" => "application/json", "content-length" => text.bytesize, "connection" => "close", **headers }
    [ "HTTP/1.1 #{status} No\r\n#{head.map { |name, value| "#{name}: #{value}\r\n" }.join}\r\n#{text}" ]
  end

  private
    def serve(socket, writes)
      head = +""
      head << socket.gets until head.end_with?("\r\n\r\n")
      body = socket.read(head[/content-length: (\d+)/i, 1].to_i)
      @requests << { head: head, body: JSON.parse(body) }
      writes.each { |bytes| socket.write(bytes) }
    rescue SystemCallError
      # The client left, as some tests want it to.
    ensure
      socket.close
    end
end

module WireTestHelper
  extend ActiveSupport::Concern

  include CableChatTestHelper

  TURNS = [ { role: "user", content: "Hi <é>" }, { role: "assistant", content: "Hello" }, { role: "user", content: "Why?" } ].freeze

  included do
    teardown { @server&.stop }
  end

  def serve(*answers)
    @server = WireServer.new(*answers)
  end

  # Returns the texts and how it ended, or the ProviderError.
  def stream_from(provider, stop: -> { false })
    texts = []
    reason = provider.stream(messages: TURNS, system: "Be brief.", max_tokens: 99, stop: stop) { |text| texts << text }
    [ texts.join, reason ]
  rescue CableChat::ProviderError => error
    assert_no_match(/sk-|Bearer \w|#{Regexp.escape(KEY)}/, [ error.message, error.detail ].join(" "))
    error
  end

  KEY = "sk-test-1234"

  # [code, retryable, request_id]
  def fault(error)
    assert_kind_of CableChat::ProviderError, error
    [ error.code, error.retryable, error.request_id ]
  end
end
