# frozen_string_literal: true

require "test_helper"

# For tests that need somebody, and not how the application knows them.
module CableChatIdentityHelper
  extend ActiveSupport::Concern

  included do
    teardown { @identity_methods&.each { |name, method| CableChat::Identity.define_singleton_method(name, method) } }
  end

  # From now on, every request is this visitor's; nil: nobody's.
  def identify_as(visitor)
    %i[of welcome].each { |name| define_identity(name) { |_request| visitor } }
  end

  # From now on, these are the users' names, by the text of their ids.
  def name_users(names)
    define_identity(:name_of) { |key| names[key] }
  end

  private
    def define_identity(name, &body)
      (@identity_methods ||= {})[name] ||= CableChat::Identity.method(name)
      CableChat::Identity.define_singleton_method(name, &body)
    end
end
